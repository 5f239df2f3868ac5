namespace Actors;

/// <summary>How the tasks of one type are treated. Immutable.</summary>
/// <remarks>HOCON overrides what code says: <c>actors.types.&lt;name&gt; { pool, timeout, priority, retry { max-attempts, delay, factor, max-delay, jitter } }</c>.</remarks>
public sealed record TaskTypeOptions
{
    /// <summary>The type's name in configuration, logs and progress.</summary>
    /// <value>Default: the message type's name, without its namespace. Not empty; unique in the engine.</value>
    /// <exception cref="ArgumentException">Null or empty.</exception>
    public required string Name
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>Names that it had before: what stands in a store under one of them is read as this type.</summary>
    /// <value>Default: none, or those of its <see cref="TaskNameAttribute"/>.</value>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public IReadOnlyList<string> FormerNames
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = [];

    /// <summary>The pool whose workers run it.</summary>
    /// <value>Default <c>default</c>; a pool deployed in HOCON under <c>/tasks/</c>.</value>
    /// <exception cref="ArgumentException">Null or empty.</exception>
    public string Pool
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    } = "default";

    /// <summary>How long an attempt may take.</summary>
    /// <value>Default null: for ever. More than zero; may be late by the time slice, which is 10 ms, and the timer's 10 ms.</value>
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
    /// <value>Default <see cref="RetryPolicy.None"/>: once.</value>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public RetryPolicy Retry
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = RetryPolicy.None;

    /// <summary>How urgent the tasks of this type are, and all that they spawn unless that says otherwise: see <see cref="TaskPriority"/>.</summary>
    /// <value>Default null: as urgent as the task that spawned it, and 5 for a root. From 0 to 9, the highest first. HOCON <c>priority</c>.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0 or above 9.</exception>
    public int? Priority
    {
        get;
        init => field = TaskPriority.Checked(value, nameof(value));
    }
}
