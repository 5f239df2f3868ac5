namespace Actors;

/// <summary>What one join or fold may have different from its type. Immutable, and safe to share between threads.</summary>
public sealed record JoinOptions
{
    /// <summary>How long an attempt may take, of a fold each step of it.</summary>
    /// <value>Default null: as its type says. More than zero.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan? Timeout
    {
        get => AsSpawned.Timeout;
        init => AsSpawned = AsSpawned with { Timeout = value };
    }

    /// <summary>How often it is attempted, once it has fired.</summary>
    /// <value>Default null: as its type says. With a store, without rules for exceptions: those stand on the type.</value>
    public RetryPolicy? Retry
    {
        get => AsSpawned.Retry;
        init => AsSpawned = AsSpawned with { Retry = value };
    }

    /// <summary>How urgent it is, and all that it spawns unless that says otherwise: see <see cref="TaskPriority"/>.</summary>
    /// <value>Default null: as its type says, or else as urgent as the task that ends with it. From 0 to 9, the highest first.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0 or above 9.</exception>
    public int? Priority
    {
        get => AsSpawned.Priority;
        init => AsSpawned = AsSpawned with { Priority = value };
    }

    /// <summary>The same as a task has it.</summary>
    internal SpawnOptions AsSpawned { get; private init; } = new();
}
