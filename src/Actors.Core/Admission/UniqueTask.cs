namespace Actors;

/// <summary>That a task is the only one of its type that has a key, and what becomes of it where there is another. Immutable.</summary>
/// <remarks>
/// Unlike <see cref="SpawnOptions.Key"/>, which is a name among the children of one parent, this holds in the whole engine, for roots and follow-ups alike. With a
/// store it holds over restarts.
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

    /// <summary>Another one counts only if it became real no longer ago than this.</summary>
    /// <value>Default null: however long ago that was. More than zero.</value>
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
}

/// <summary>Which tasks count as another one of the key.</summary>
public enum UniqueAmong
{
    /// <summary>All that have not ended: those that wait, run, rest or join.</summary>
    Live,

    /// <summary>Those that no attempt of which has started.</summary>
    NotStarted,
}

/// <summary>What becomes of a task where there is another one of its key. In each case it is a task of its tree and ends once, so that its join gets an outcome.</summary>
public enum WhenDuplicate
{
    /// <summary>It does not run, and ends as the other one does, with its outcome; until then it holds nothing. Cancelled itself, it lets the other go on.</summary>
    Attach,

    /// <summary>It is cancelled at once. A join that needs all to succeed fails with that: attach in place of this, or join with <see cref="JoinPolicy.Collect"/>.</summary>
    Skip,

    /// <summary>The other one is cancelled, and this one runs in its place, also for those that have attached. Where the other has started already: as <see cref="Skip"/>.</summary>
    Replace,
}
