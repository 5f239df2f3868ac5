namespace Actors.Ledger;

/// <summary>The numbers the rules need. Defaults as in <c>reference.conf</c>.</summary>
internal sealed record LedgerSettings
{
    /// <summary>How many tasks travel to a worker at once, at most.</summary>
    public int ChunkTasksMax { get; init; } = 64;

    /// <summary>How much work, by the estimates, a chunk holds.</summary>
    public TimeSpan ChunkWork { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>After which time a worker gives back what it has not started.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether workers run follow-ups of their own slice themselves, where there is no store.</summary>
    public bool RunAhead { get; init; }

    /// <summary>How long a handler may take to end once its token was cancelled.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a worker may be lost with a task before the task has failed.</summary>
    public int WorkerLossesMax { get; init; } = 3;

    /// <summary>How long a suspect of the process's death runs before the next one may: one that kills does so soon.</summary>
    public TimeSpan SuspectAlone { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many outcomes a fold takes in one step, at most.</summary>
    public int FoldStepMax { get; init; } = 1024;
}

/// <summary>What is dispatched while the engine stops.</summary>
internal enum DispatchMode : byte
{
    /// <summary>Whatever is ready.</summary>
    Open,

    /// <summary>Nothing any more: what runs may end.</summary>
    Closed,
}
