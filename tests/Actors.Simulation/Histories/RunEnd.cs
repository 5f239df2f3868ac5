namespace Actors.Simulation.Histories;

internal enum EndWord
{
    Succeeded,
    GivenBack,
    Joined,
    Folded,
    Failed,
    FailedForGood,
    PutOff,
    Interrupted,
}

/// <summary>How a run ended, as its worker says.</summary>
internal sealed record RunEnd(Errand Task, int Run, EndWord Word)
{
    public int Value { get; init; }

    public IReadOnlyList<Errand> Spawned { get; init; } = [];

    public Errand? Join { get; init; }

    public TimeSpan? Delay { get; init; }

    public RetryTerms? Retry { get; init; }

    public TimeSpan Elapsed { get; init; }

    public bool IsSuccess => Word is EndWord.Succeeded or EndWord.Joined or EndWord.Folded;

    public override string ToString() => Word switch
    {
        EndWord.Succeeded => $"{Task} succeeded{Spawns}",
        EndWord.Joined => $"{Task} ended with {Join} ({Join!.Join}){Spawns}",
        _ => $"{Task} {Word}{(Delay is { } delay ? $" for {delay}" : "")}",
    };

    private string Spawns => Spawned.Count == 0 ? "" : $" and spawned {string.Join(", ", Spawned.Select(static child => child.Number))}";
}

/// <summary>Why a run was told to end. The later win over the earlier.</summary>
internal enum Reason
{
    None,
    Stop,
    Timeout,
    Cancel,
}

/// <summary>Who failed first and how.</summary>
internal sealed record Trouble(FailureKind Kind, TaskId Task, int Attempt, TaskId Root);

/// <summary>How a task ended.</summary>
internal readonly record struct Ending(TaskState State, int Value, Trouble? Trouble)
{
    public static Ending Cancelled { get; } = new(TaskState.Cancelled, 0, null);

    public static Ending Succeeded(int value) => new(TaskState.Succeeded, value, null);

    public static Ending Failed(Trouble trouble) => new(TaskState.Failed, 0, trouble);
}
