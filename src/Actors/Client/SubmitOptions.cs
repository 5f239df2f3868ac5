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
    /// <summary>
    /// How long the tree may take, from the moment the engine accepts it. What is live then, joins among it, has failed with <see cref="FailureKind.Deadline"/>, and what
    /// runs is told to end by its token; the completion task runs all the same, unless it has begun before, and has no deadline.
    /// </summary>
    /// <value>Default null: for ever. More than zero. Ignored where <see cref="DeadlineAt"/> is given.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan? Deadline
    {
        get;
        init
        {
            if (value is { } deadline)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>When the tree is to be over, as <see cref="Deadline"/>.</summary>
    /// <value>Default null: see <see cref="Deadline"/>. A time that has passed means at once.</value>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>How much the tree may use up.</summary>
    /// <value>Default null: any amount.</value>
    public TaskBudget? Budget { get; init; }

    /// <summary>What the tree gets besides its root; null where that is nothing.</summary>
    internal Ledger.TreeRequest? Request =>
        this is { Deadline: null, DeadlineAt: null, Budget: null } ? null : new Ledger.TreeRequest(Deadline, DeadlineAt, Budget);

    internal SpawnOptions Task { get; private init; } = new();
}
