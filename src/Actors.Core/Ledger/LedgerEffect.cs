namespace Actors.Ledger;

/// <summary>What follows from a step for the world outside the ledger. Carried out in order, when the step is committed.</summary>
internal abstract class LedgerEffect;

/// <summary>The worker is to cancel the token of a run, and to give back what it has not started.</summary>
internal sealed class CancelRun(Assignment assignment, AssignedTask run, Interruption reason) : LedgerEffect
{
    public Assignment Assignment { get; } = assignment;

    public AssignedTask Run { get; } = run;

    public Interruption Reason { get; } = reason;
}

/// <summary>The worker's time slice is over: it is to report what it has done and to give back what it has not started.</summary>
internal sealed class Recall(Assignment assignment) : LedgerEffect
{
    public Assignment Assignment { get; } = assignment;
}

/// <summary>The handler did not end within the grace time: the worker is to leave it behind and to start anew.</summary>
internal sealed class Abandon(Assignment assignment, AssignedTask run, Interruption reason) : LedgerEffect
{
    public Assignment Assignment { get; } = assignment;

    public AssignedTask Run { get; } = run;

    public Interruption Reason { get; } = reason;
}

/// <summary>The root task has its outcome; its tree may go on.</summary>
internal sealed class RootEnded(TreeRecord tree, Outcome outcome) : LedgerEffect
{
    public TreeRecord Tree { get; } = tree;

    public Outcome Outcome { get; } = outcome;
}

/// <summary>Every task of the tree is terminal. Once a tree.</summary>
internal sealed class TreeEnded(TreeRecord tree, TreeOutcome outcome) : LedgerEffect
{
    public TreeRecord Tree { get; } = tree;

    public TreeOutcome Outcome { get; } = outcome;
}

/// <summary>The deadline of a tree has passed, to be logged.</summary>
internal sealed class TreeExpired(TreeRecord tree, Failure failure, long live) : LedgerEffect
{
    public TreeRecord Tree { get; } = tree;

    public Failure Failure { get; } = failure;

    /// <summary>How many of its tasks were live.</summary>
    public long Live { get; } = live;
}

/// <summary>An attempt failed, to be logged.</summary>
internal sealed class AttemptFailed(TaskRecord task, int attempt, Failure failure, TimeSpan elapsed, TimeSpan? retryIn) : LedgerEffect
{
    public TaskRecord Task { get; } = task;

    public int Attempt { get; } = attempt;

    public Failure Failure { get; } = failure;

    public TimeSpan Elapsed { get; } = elapsed;

    /// <summary>When it is tried again; null where the failure is final.</summary>
    public TimeSpan? RetryIn { get; } = retryIn;
}
