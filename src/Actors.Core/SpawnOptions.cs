namespace Actors;

/// <summary>What one task may have different from its type. Immutable, and safe to share between threads.</summary>
public sealed record SpawnOptions
{
    /// <summary>
    /// Names the task among its parent's children (a root: in the engine), so that its id does not depend on the order of
    /// spawning.
    /// </summary>
    /// <value>Default null: named by its ordinal (a root: by a new id). Not empty.</value>
    /// <exception cref="ArgumentException">Empty.</exception>
    public string? Key
    {
        get;
        init
        {
            if (value is { Length: 0 })
            {
                throw new ArgumentException("A key must not be empty; leave it null to name the task by its ordinal.", nameof(value));
            }

            field = value;
        }
    }

    /// <summary>How long the task rests before it is ready, from the moment it becomes real.</summary>
    /// <value>Default zero; at least zero. Ignored where <see cref="DueAt"/> is given.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan Delay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    }

    /// <summary>When the task is ready at the earliest.</summary>
    /// <value>Default null: see <see cref="Delay"/>. A time that has passed means at once.</value>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How long an attempt may take.</summary>
    /// <value>Default null: as its type says. More than zero.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } timeout)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>How often it is attempted.</summary>
    /// <value>Default null: as its type says.</value>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How urgent the task is, and all that it spawns unless that says otherwise: see <see cref="TaskPriority"/>.</summary>
    /// <value>Default null: as its type says, or else as urgent as its parent. From 0 to 9, the highest first.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0 or above 9.</exception>
    public int? Priority
    {
        get;
        init => field = TaskPriority.Checked(value, nameof(value));
    }

    /// <summary>That it is the only task of its type with a key, in the whole engine; and what becomes of it where there is another.</summary>
    /// <value>Default null: it is unique only by its <see cref="Key"/>.</value>
    public UniqueTask? Unique
    {
        get;
        init => field = value?.Checked();
    }
}
