namespace Actors.Core.Tests.Ledger.Histories;

/// <summary>How often a task is attempted, in the words of the histories: no type of the ledger stands behind it.</summary>
internal sealed record RetryTerms(int AttemptsMax, TimeSpan Delay, double Factor, TimeSpan DelayMax, double Jitter)
{
    public static RetryTerms Never { get; } = new(1, TimeSpan.Zero, 1, TimeSpan.Zero, 0);
}

internal sealed record TypeTerms(int Index, string Name, int Pool, RetryTerms Retry, TimeSpan? Timeout, TimeSpan Elapsed);

internal enum Policy
{
    All,
    Collect,
    Quorum,
}

/// <summary>What one history is played under.</summary>
internal sealed record Terms
{
    public const int Pools = 2;

    public static IReadOnlyList<TypeTerms> Types { get; } =
    [
        new(0, "short", 0, RetryTerms.Never, null, TimeSpan.FromMicroseconds(2)),
        new(1, "brief", 1, new RetryTerms(2, TimeSpan.FromSeconds(1), 1, TimeSpan.FromSeconds(9), 0.2), null, TimeSpan.FromMicroseconds(3)),
        new(2, "middling", 0, new RetryTerms(4, TimeSpan.FromSeconds(2), 2, TimeSpan.FromSeconds(5), 0), null, TimeSpan.FromMicroseconds(300)),
        new(3, "timed", 0, new RetryTerms(2, TimeSpan.Zero, 1, TimeSpan.Zero, 0), TimeSpan.FromSeconds(20), TimeSpan.FromMicroseconds(2)),
        new(4, "long", 1, RetryTerms.Never, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1)),
    ];

    public TimeSpan Slice { get; } = TimeSpan.FromMilliseconds(10);

    public TimeSpan Grace { get; } = TimeSpan.FromSeconds(5);

    public required int ChunkTasksMax { get; init; }

    public required int FoldStepMax { get; init; }

    public required int WorkerLossesMax { get; init; }
}

/// <summary>One task as the driver made it. A child that is made again in a later attempt is another errand with the same id.</summary>
internal sealed class Errand(int number, TaskId id, TypeTerms type, Errand? spawner) : ITaskMessage
{
    /// <summary>What a story calls it, and what it yields: no two errands yield the same.</summary>
    public int Number { get; } = number;

    public TaskId Id { get; } = id;

    public TypeTerms Type { get; } = type;

    public Errand? Spawner { get; } = spawner;

    public Errand Root => Spawner?.Root ?? this;

    public TimeSpan Delay { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public string? Key { get; init; }

    public TimeSpan? OwnTimeout { get; init; }

    public RetryTerms? OwnRetry { get; init; }

    public JoinTerms? Join { get; init; }

    public TimeSpan? Timeout => OwnTimeout ?? Type.Timeout;

    public RetryTerms Retry => OwnRetry ?? Type.Retry;

    /// <summary>The port's own.</summary>
    public object? Record { get; set; }

    public override string ToString() => $"{(Join is null ? "task" : Join.IsFold ? "fold" : "join")} {Number}";
}

/// <summary>What a join joins: its members in their places, each either a follow-up of the same report or spawned before.</summary>
internal sealed record JoinTerms(Policy Policy, int Needed, bool IsFold, IReadOnlyList<(Errand Child, bool IsEarly)> Members)
{
    public override string ToString() =>
        $"{(Policy == Policy.Quorum ? $"quorum of {Needed}" : Policy.ToString())} over [{string.Join(", ", Members.Select(static member => member.Child.Number))}]";
}

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
