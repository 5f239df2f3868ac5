namespace Actors.Simulation.Histories;

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

    /// <summary>Whether there is a store: losses are counted by the task, suspects run one at a time, and times begin when an assignment has left.</summary>
    public bool IsDurable { get; init; }

    /// <summary>How many roots of one type are loaded and have not started, at most, where there is a store; null where all are.</summary>
    public int? LoadedMax { get; init; }

    /// <summary>The limits and the order that types have; null where none has any.</summary>
    public GateTerms? Gates { get; init; }

    /// <summary>Not null where some tasks are to be the only live ones of their type with a key.</summary>
    public UniqueTerms? Uniques { get; init; }

    /// <summary>How long a suspect runs before the next one may.</summary>
    public TimeSpan SuspectAlone { get; } = TimeSpan.FromSeconds(10);
}
