namespace Actors.Simulation.Histories;

/// <summary>What left the ledger, in the words of the histories.</summary>
internal abstract record Signal;

internal sealed record RunsAssigned(object Assignment, int Worker, IReadOnlyList<AssignedRun> Runs) : Signal
{
    public override string ToString() => $"worker {Worker} gets {string.Join(", ", Runs)}";
}

internal sealed record AssignedRun(Errand Task, int Run, int Attempt, JoinInput? Input)
{
    public override string ToString() => $"{Task} (attempt {Attempt})";
}

/// <summary>What a join, or the step of a fold, is run with.</summary>
internal sealed record JoinInput(IReadOnlyList<Ending?> Outcomes, int FoldState, bool IsLastStep);

internal sealed record RunToldToEnd(object Assignment, Errand Task, int Run, Reason Reason) : Signal
{
    public override string ToString() => $"{Task} is told to end ({Reason})";
}

internal sealed record WorkRecalled(object Assignment) : Signal
{
    public override string ToString() => "work is recalled";
}

internal sealed record RunLeftBehind(object Assignment, int Worker, Errand Task, int Run, Reason Reason) : Signal
{
    public override string ToString() => $"{Task} is left behind ({Reason})";
}

internal sealed record RootHasEnded(Errand Root, Ending Ending) : Signal
{
    public override string ToString() => $"root {Root} has ended: {Ending.State}";
}

internal sealed record TreeHasEnded(
    Errand Root, Ending Ending, TaskState State, long Succeeded, long Failed, long Cancelled, long UnjoinedFailures, Trouble? First) : Signal
{
    public override string ToString() => $"the tree of {Root} has ended: {State}, {Succeeded} succeeded, {Failed} failed, {Cancelled} cancelled";
}

internal sealed record TreeHasExpired(Errand Root, long Live) : Signal
{
    public override string ToString() => $"the deadline of the tree of {Root} has passed: {Live} live";
}

internal sealed record AttemptHasFailed(Errand Task, int Attempt, Trouble Trouble, TimeSpan? RetryIn) : Signal
{
    public override string ToString() => $"attempt {Attempt} of {Task} has failed{(RetryIn is { } rest ? $", again in {rest}" : " for good")}";
}

/// <summary>What a client is answered, where there is a store.</summary>
internal abstract record Told(TaskId Id) : Signal;

internal sealed record RootAccepted(TaskId Id) : Told(Id)
{
    public override string ToString() => "a submission is accepted";
}

internal sealed record CancelTaken(TaskId Id, bool IsFound) : Told(Id)
{
    public override string ToString() => $"a cancel is {(IsFound ? "taken" : "of nothing")}";
}

internal sealed record RootIsLive(TaskId Id) : Told(Id)
{
    public override string ToString() => "a root is found alive";
}

internal sealed record RootIsUnknown(TaskId Id) : Told(Id)
{
    public override string ToString() => "a root is not known";
}

internal sealed record RootIsOver(TaskId Id, TreeHasEnded Tree) : Told(Id)
{
    public override string ToString() => $"a root has ended long since: {Tree}";
}
