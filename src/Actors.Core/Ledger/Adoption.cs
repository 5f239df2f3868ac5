namespace Actors.Ledger;

/// <summary>What the ledger takes over from a worker that ran ahead: tasks that have started before it knew of them. Lives for one report at a time.</summary>
internal sealed class Adoption(TaskLedger ledger, Endings endings)
{
    private readonly List<AssignedTask> _adopted = [];
    private readonly List<TaskRecord> _cancelled = [];
    private Assignment? _assignment;

    /// <summary>A report begins.</summary>
    public void Begin(Assignment assignment) => _assignment = assignment;

    /// <summary>A task becomes real that its worker has started, or keeps.</summary>
    public void Enter(TaskRecord task)
    {
        task.Ahead = AheadState.None;
        ledger.Tally.Enter(task, TaskState.Running);
        task.Run++;
        task.Attempt++;
        task.Worker = _assignment!.Worker;
        task.Worker.Outstanding++;
        ledger.RunsOut++;
        _adopted.Add(new AssignedTask(task, task.Run, task.AttemptNumber));
        if (ledger.Pauses.Of(task) is not null)
        {
            task.IsHeldBack = true; // paused before this was told: what has not started is given back
        }

        if (task is JoinRecord join)
        {
            join.IsDecided = true;
        }
    }

    /// <summary>Cancelled by somebody before this report was known.</summary>
    public void Cancel(List<TaskRecord>? tasks) => _cancelled.AddRange(tasks ?? []);

    /// <summary>The report has been settled: what of it still runs is its worker's.</summary>
    public void End()
    {
        _adopted.RemoveAll(static run => !run.IsCurrent);
        if (_adopted.Count > 0)
        {
            _assignment!.Adopt(_adopted);
            _adopted.Clear();
        }

        foreach (var task in _cancelled)
        {
            endings.Cancel(task, task.Tree is { Terms.IsOver: true } tree ? TreeAlarms.FailureOf(tree) : null);
        }

        _cancelled.Clear();
        _assignment = null;
    }
}
