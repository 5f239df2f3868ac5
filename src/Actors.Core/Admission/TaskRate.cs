namespace Actors;

/// <summary>
/// How often tasks may start: a bucket of tokens, in the terms of <c>System.Threading.RateLimiting</c>. It begins full; a start takes one token, and each period
/// brings some back. Immutable.
/// </summary>
public sealed record TaskRate
{
    /// <summary>How many tokens the bucket holds at most: so many tasks may start at once after a rest.</summary>
    /// <value>At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public required int TokenLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    /// <summary>How many tokens each period brings.</summary>
    /// <value>At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public required int TokensPerPeriod
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    /// <summary>How long a period is. The periods of a bucket follow each other without a gap, so that nothing drifts.</summary>
    /// <value>More than zero. What is finer than the engine's timer, some 10 ms, comes in as many tokens at once.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public required TimeSpan ReplenishmentPeriod
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    }

    /// <summary>As in "5 per 00:00:01, at most 10 at once".</summary>
    public override string ToString() => $"{TokensPerPeriod} per {ReplenishmentPeriod}, at most {TokenLimit} at once";
}
