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

    /// <summary>Its limits, rates and order, as they were declared.</summary>
    internal IReadOnlyList<Registration.GateDeclaration> Gates { get; private init; } = [];

    /// <summary>At most so many of its attempts run at a time. A permit is held while an attempt runs, and by nothing that waits: not by a task that rests, nor by one that joins.</summary>
    /// <param name="name">The limit's name. Types that name the same limit share its permits, in whatever pools. Not empty.</param>
    /// <param name="permits">At least 1; the same for all types that share it. HOCON <c>actors.limits.NAME.permits</c> overrides it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is below 1.</exception>
    public TaskTypeOptions WithLimit(string name, int permits) => WithLimit<ITaskMessage>(name, permits, static _ => "");

    /// <summary>As the other form, for each key apart: "one at a time per customer", "four per host". A task that is under several limits gets all its permits at once, or none.</summary>
    /// <typeparam name="TTask">The type's message.</typeparam>
    /// <param name="name">The limit's name.</param>
    /// <param name="permits">How many for each key.</param>
    /// <param name="key">The key of a task: the same each time it is asked, cheap, and from nothing but the message. Null: this task is not under this limit.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <inheritdoc cref="WithLimit(string, int)"/>
    public TaskTypeOptions WithLimit<TTask>(string name, int permits, Func<TTask, string?> key)
        where TTask : class, ITaskMessage
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        return With(Registration.GateDeclaration.Of(name, key) with { Permits = permits });
    }

    /// <summary>Its attempts start no more often than that. One that may not start yet waits in line, and holds nothing.</summary>
    /// <param name="name">The rate's name. Types that name the same rate share its bucket, in whatever pools. Not empty.</param>
    /// <param name="rate">How often; the same for all types that share it. HOCON <c>actors.rates.NAME</c> overrides it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="rate"/> is null.</exception>
    public TaskTypeOptions WithRate(string name, TaskRate rate) => WithRate<ITaskMessage>(name, rate, static _ => "");

    /// <summary>As the other form, with a bucket for each key.</summary>
    /// <typeparam name="TTask">The type's message.</typeparam>
    /// <param name="name">The rate's name.</param>
    /// <param name="rate">How often for each key.</param>
    /// <param name="key">The key of a task, as for a limit.</param>
    /// <inheritdoc cref="WithRate(string, TaskRate)"/>
    public TaskTypeOptions WithRate<TTask>(string name, TaskRate rate, Func<TTask, string?> key)
        where TTask : class, ITaskMessage
    {
        ArgumentNullException.ThrowIfNull(rate);
        return With(Registration.GateDeclaration.Of(name, key) with { Rate = rate });
    }

    /// <summary>
    /// Its tasks of one key run one after the other, in the order in which they became real: the next starts when the one before it has succeeded or failed for good,
    /// however long that rests or is not due. A task whose handler ends with a join makes way with that: the order waits for no join.
    /// A join of such a type takes its place when it fires, a fold with each of its steps. Over a restart the order is that of the times at which the tasks became real;
    /// joins, folds and completion tasks stand behind the others then.
    /// </summary>
    /// <typeparam name="TTask">The type's message.</typeparam>
    /// <param name="name">The order's name. Types that name the same order stand in it together. Not empty.</param>
    /// <param name="key">The key of a task, as for a limit.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TaskTypeOptions WithOrder<TTask>(string name, Func<TTask, string?> key)
        where TTask : class, ITaskMessage =>
        With(Registration.GateDeclaration.Of(name, key));

    private TaskTypeOptions With(Registration.GateDeclaration declared) => this with { Gates = [.. Gates, declared] };
}
