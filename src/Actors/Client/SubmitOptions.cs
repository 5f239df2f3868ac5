namespace Actors;

/// <summary>What a task submitted from outside may have different from its type, and what its tree does when it is done. Immutable.</summary>
public sealed record SubmitOptions
{
    /// <summary>
    /// Names the tree. As long as a tree of that name is live, submitting it again does not start a second one but attaches to it.
    /// </summary>
    /// <value>Default null: a new id. Not empty.</value>
    /// <exception cref="ArgumentException">Empty.</exception>
    public string? Key
    {
        get => Task.Key;
        init => Task = Task with { Key = value };
    }

    /// <inheritdoc cref="SpawnOptions.Delay"/>
    public TimeSpan Delay
    {
        get => Task.Delay;
        init => Task = Task with { Delay = value };
    }

    /// <inheritdoc cref="SpawnOptions.DueAt"/>
    public DateTimeOffset? DueAt
    {
        get => Task.DueAt;
        init => Task = Task with { DueAt = value };
    }

    /// <inheritdoc cref="SpawnOptions.Timeout"/>
    public TimeSpan? Timeout
    {
        get => Task.Timeout;
        init => Task = Task with { Timeout = value };
    }

    /// <inheritdoc cref="SpawnOptions.Retry"/>
    public RetryPolicy? Retry
    {
        get => Task.Retry;
        init => Task = Task with { Retry = value };
    }

    /// <inheritdoc cref="SpawnOptions.Priority"/>
    public int? Priority
    {
        get => Task.Priority;
        init => Task = Task with { Priority = value };
    }

    /// <inheritdoc cref="SpawnOptions.Unique"/>
    public UniqueTask? Unique
    {
        get => Task.Unique;
        init => Task = Task with { Unique = value };
    }

    /// <summary>
    /// Runs when every other task of the tree is terminal, however they ended, a cancelled tree included. It is part of the tree: the tree ends when it has, with
    /// all that it spawns.
    /// </summary>
    /// <value>Default null: none.</value>
    public ITask? WhenDone { get; init; }

    /// <summary>What becomes of it when as much is pending as may be.</summary>
    /// <value>Default null: as <c>actors.admission.when-full</c> says.</value>
    public WhenFull? WhenFull { get; init; }

    internal SpawnOptions Task { get; private init; } = new();
}
