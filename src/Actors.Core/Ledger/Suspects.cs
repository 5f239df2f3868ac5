namespace Actors.Ledger;

/// <summary>
/// Where deaths of the process are counted, what was running at one runs again one at a time, whatever the pool: so the next death has one culprit, and those
/// that merely ran beside it are never quarantined with it. Priorities do not count here: this is soon over.
/// </summary>
internal sealed class Suspects(TaskLedger ledger, Chunks chunks)
{
    private readonly Queue<TaskRecord> _waiting = new();
    private AssignedTask? _out;
    private long _aloneUntil;

    /// <summary>When the next may start although one still runs; the end of time where none waits for that. After it, what waits does so for a worker, which no time brings.</summary>
    public long Next => _waiting.Count > 0 && _out is { IsCurrent: true } && _aloneUntil > ledger.NowTicks ? _aloneUntil : long.MaxValue;

    /// <summary>The one that runs; null where none does.</summary>
    public TaskRecord? Out => _out is { IsCurrent: true } run ? run.Task : null;

    public void Add(TaskRecord task) => _waiting.Enqueue(task);

    public void Dispatch()
    {
        for (var left = _waiting.Count; left > 0 && (_out is not { IsCurrent: true } || ledger.NowTicks >= _aloneUntil); left--)
        {
            var task = _waiting.Dequeue();
            if (task.State != TaskState.Ready)
            {
                continue; // cancelled meanwhile
            }

            if (task.Tree!.Terms is { } terms && !ledger.Budgets.MayStart(task, terms))
            {
                continue;
            }

            var pool = ledger.Pools[task.Type.Pool];
            if (pool.Pause is null && !Pauses.Holds(task) && pool.HasIdle() && (task.Type.Gates is null || ledger.Gatekeeper.TryPass(task)) && pool.TakeIdle() is { } worker)
            {
                _out = chunks.AssignAlone(pool, worker, task);
                _aloneUntil = ledger.After(ledger.Settings.SuspectAlone);
            }
            else
            {
                _waiting.Enqueue(task);
            }
        }
    }
}
