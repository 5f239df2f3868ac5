namespace Actors.Ledger;

/// <summary>
/// Tasks that may have killed the process. Where such deaths are counted only one of them runs at a time, whatever the pool: so the next death has one culprit, and
/// those that merely ran beside it are never quarantined with it.
/// </summary>
internal sealed class Suspects(TaskLedger ledger, Chunks chunks)
{
    private readonly Queue<TaskRecord> _waiting = new();
    private AssignedTask? _out;
    private long _aloneUntil;

    /// <summary>When the next may start although the one before still runs; max where none waits for that.</summary>
    public long NextTicks => _waiting.Count > 0 && _out is { IsCurrent: true } ? _aloneUntil : long.MaxValue;

    /// <summary>Whether a task that is ready waits here, and not with the others.</summary>
    public bool Has(TaskRecord task) => ledger.Journal is not null && task.IsSuspect;

    public void Add(TaskRecord task) => _waiting.Enqueue(task);

    /// <summary>Gives the next to an idle worker of its pool, if it may start.</summary>
    public void Dispatch()
    {
        for (var left = _waiting.Count; left > 0 && (_out is not { IsCurrent: true } || ledger.NowTicks >= _aloneUntil); left--)
        {
            var task = _waiting.Dequeue();
            if (task.State != TaskState.Ready)
            {
                continue; // cancelled meanwhile
            }

            var pool = ledger.Pools[task.Type.Pool];
            if (pool.HasIdle() && (task.Type.Gates is null || ledger.Gatekeeper.TryPass(task)) && pool.TakeIdle() is { } worker)
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
