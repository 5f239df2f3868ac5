namespace Actors;

/// <summary>How a schedule fires. Immutable, and safe to share between threads.</summary>
public sealed record ScheduleOptions
{
    /// <summary>The longest <see cref="LateAfter"/>.</summary>
    internal static readonly TimeSpan LateAfterMax = TimeSpan.FromHours(1);

    /// <summary>What becomes of firings that were missed.</summary>
    /// <value>Default <see cref="MisfirePolicy.Once"/>.</value>
    public MisfirePolicy Misfire { get; init; }

    /// <summary>How many missed firings are made up for at most, under <see cref="MisfirePolicy.All"/>: the latest of them.</summary>
    /// <value>Default 100; 1 to 10,000.</value>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public int MisfiresMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 10_000);
            field = value;
        }
    } = 100;

    /// <summary>A firing that is later than this counts as missed; one that is not is on time, and fires whatever <see cref="Misfire"/> says.</summary>
    /// <value>Default 60 s; more than zero, at most an hour.</value>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public TimeSpan LateAfter
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LateAfterMax);
            field = value;
        }
    } = TimeSpan.FromSeconds(60);

    /// <summary>Whether it fires while the tree of an earlier firing is live.</summary>
    /// <value>Default <see cref="OverlapPolicy.Allow"/>.</value>
    public OverlapPolicy Overlap { get; init; }

    /// <summary>What the root of each firing has different from its type.</summary>
    /// <value>Default null: nothing. Without key, delay and due time: the schedule names its roots and says when.</value>
    /// <exception cref="ArgumentException">It has one of these.</exception>
    public SpawnOptions? Task
    {
        get;
        init
        {
            if (value is { Key: not null } or { DueAt: not null } || value?.Delay > TimeSpan.Zero)
            {
                throw new ArgumentException("The task of a schedule has no key, no delay and no due time: the schedule names its roots and says when they run.", nameof(value));
            }

            field = value;
        }
    }
}
