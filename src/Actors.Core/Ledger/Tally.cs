namespace Actors.Ledger;

/// <summary>How many tasks of each type are in each state, kept with every transition: a reader never counts.</summary>
internal sealed class Tally(int types)
{
    private readonly long[] _counts = new long[types * TaskStates.Count];

    public long this[TaskType type, TaskState state] => _counts[(type.Index * TaskStates.Count) + (int)state];

    public long Live { get; private set; }

    public void Enter(TaskRecord task, TaskState state)
    {
        task.State = state;
        Live++;
        _counts[(task.Type.Index * TaskStates.Count) + (int)state]++;
    }

    /// <summary>One that has no record.</summary>
    public void Enter(TaskType type, TaskState state)
    {
        Live++;
        _counts[(type.Index * TaskStates.Count) + (int)state]++;
    }

    public void Move(TaskRecord task, TaskState state)
    {
        var row = task.Type.Index * TaskStates.Count;
        _counts[row + (int)task.State]--;
        _counts[row + (int)state]++;
        task.State = state;
        if (state.IsTerminal())
        {
            Live--;
        }
    }

    /// <summary>Tasks have come and gone with a worker.</summary>
    public void Pass(TaskType type, long succeeded) => _counts[(type.Index * TaskStates.Count) + (int)TaskState.Succeeded] += succeeded;

    public long[] Snapshot() => (long[])_counts.Clone();
}
