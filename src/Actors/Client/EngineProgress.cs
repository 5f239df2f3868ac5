namespace Actors;

/// <summary>The engine at one moment: counts that it keeps anyhow, so reading them costs microseconds however many tasks there are. Immutable.</summary>
/// <param name="Types">By type.</param>
/// <param name="Pools">By pool.</param>
/// <param name="LiveTrees">How many trees have not ended.</param>
/// <param name="StaleEnds">How many reports came from runs that counted no more, since the engine started.</param>
/// <param name="Store">How it stands with the store; null where there is none.</param>
public sealed record EngineProgress(
    IReadOnlyList<TypeProgress> Types, IReadOnlyList<PoolProgress> Pools, int LiveTrees, long StaleEnds, StoreProgress? Store = null)
{
    /// <summary>How many of the live trees are paused.</summary>
    public int PausedTrees { get; internal init; }

    /// <summary>How many tasks are not terminal.</summary>
    public long Live => Enum.GetValues<TaskState>().Where(static state => !state.IsTerminal()).Sum(Count);

    /// <summary>How many tasks are in a state; of the terminal ones, since the engine started.</summary>
    public long Count(TaskState state) => Types.Sum(type => type[state]);
}

/// <summary>The tasks of one type. Immutable.</summary>
public sealed class TypeProgress
{
    private readonly long[] _counts;

    internal TypeProgress(string type, string pool, long[] counts)
    {
        Type = type;
        Pool = pool;
        _counts = counts;
    }

    /// <summary>The type's name.</summary>
    public string Type { get; }

    /// <summary>The pool that runs it.</summary>
    public string Pool { get; }

    /// <summary>Who has paused it; null where nobody has.</summary>
    public Pause? Pause { get; internal init; }

    /// <summary>How many are in a state; of the terminal ones, since the engine started.</summary>
    public long this[TaskState state] => _counts[(int)state];
}

/// <summary>One pool.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Workers">How many workers it has.</param>
/// <param name="Busy">How many of them have work.</param>
/// <param name="Ready">How many tasks are ready for it, those that are paused among them.</param>
/// <param name="Pause">Who has paused it; null where nobody has.</param>
public sealed record PoolProgress(string Pool, int Workers, int Busy, int Ready, Pause? Pause = null);

/// <summary>How it stands with the store.</summary>
/// <param name="Store">Which: kind and place.</param>
/// <param name="IsRecovering">Whether live trees are still being read from it.</param>
/// <param name="AwayFor">How long it has not answered; null while it does.</param>
/// <param name="Waiting">How many of the live tasks wait in the store alone, until it is nearly their turn: <c>actors.store.loaded-max</c>.</param>
public sealed record StoreProgress(string Store, bool IsRecovering, TimeSpan? AwayFor, long Waiting = 0);
