namespace Actors;

/// <summary>That a task is the only one of its type that has a key, and what becomes of it where there is another. Immutable.</summary>
/// <remarks>
/// Unlike <see cref="SpawnOptions.Key"/>, which is a name among the children of one parent, this holds in the whole engine, for roots and follow-ups alike. With a
/// store it holds over restarts. A key that counts after its task has ended costs some 300 bytes and the task's result until its period is over, in memory and in the store.
/// </remarks>
public sealed record UniqueTask
{
    /// <summary>What is unique, among the tasks of one type.</summary>
    /// <value>Not empty; compared ordinally.</value>
    /// <exception cref="ArgumentException">Null or empty.</exception>
    public required string Key
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>Which tasks count as another one of the key.</summary>
    /// <value>Default <see cref="UniqueAmong.Live"/>.</value>
    public UniqueAmong Among { get; init; }

    /// <summary>Another one counts only if it became real no longer ago than this. One that has ended is remembered for as long as its own period says.</summary>
    /// <value>Default null: however long ago that was; not null where tasks that have ended count. More than zero.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan? Period
    {
        get;
        init
        {
            if (value is { } period)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>What becomes of this task where there is another.</summary>
    /// <value>Default <see cref="WhenDuplicate.Attach"/>.</value>
    public WhenDuplicate WhenDuplicate { get; init; }

    /// <exception cref="ArgumentException">It would have to be remembered for ever.</exception>
    internal UniqueTask Checked() => Period is not null || Among is UniqueAmong.Live or UniqueAmong.NotStarted
        ? this
        : throw new ArgumentException($"The unique key '{Key}' counts among tasks that have ended ({nameof(Among)} = {Among}), and for how long is not said. Set {nameof(Period)}.", nameof(SpawnOptions.Unique));
}

/// <summary>Which tasks count as another one of the key.</summary>
public enum UniqueAmong
{
    /// <summary>All that have not ended: those that wait, run, rest or join.</summary>
    Live,

    /// <summary>Those that no attempt of which has started.</summary>
    NotStarted,

    /// <summary>Those that have not ended, and those that have succeeded. Needs a <see cref="UniqueTask.Period"/>.</summary>
    LiveOrSucceeded,

    /// <summary>Those that have not ended, and those that have ended in whatever way. Needs a <see cref="UniqueTask.Period"/>.</summary>
    LiveOrEnded,
}

/// <summary>What becomes of a task where there is another one of its key. In each case it is a task of its tree and ends once, so that its join gets an outcome.</summary>
public enum WhenDuplicate
{
    /// <summary>It does not run, and ends as the other one does, or has, with its outcome; until then it holds nothing. Cancelled itself, it lets the other go on.</summary>
    Attach,

    /// <summary>It is cancelled at once. A join that needs all to succeed fails with that: attach in place of this, or join with <see cref="JoinPolicy.Collect"/>.</summary>
    Skip,

    /// <summary>The other one is cancelled, and this one runs in its place, also for those that have attached. Where the other has started already, or ended: as <see cref="Skip"/>.</summary>
    Replace,
}
