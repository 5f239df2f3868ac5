namespace Actors.Schedules;

/// <summary>The times of a schedule. Deterministic: the same question has the same answer. Immutable.</summary>
internal interface IOccurrences
{
    /// <summary>The first occurrence later than a time.</summary>
    /// <param name="ticks">UTC ticks.</param>
    /// <returns>UTC ticks; null where there is none any more.</returns>
    long? After(long ticks);
}

/// <summary>At equal intervals: each time is computed from the beginning, so that none is late because the one before it was.</summary>
/// <param name="From">UTC ticks: where the first interval begins.</param>
/// <param name="Period">Ticks; more than zero.</param>
internal sealed record EqualIntervals(long From, long Period) : IOccurrences
{
    public long? After(long ticks)
    {
        if (ticks < From)
        {
            return Sum(1);
        }

        return Sum(((ticks - From) / Period) + 1);
    }

    private long? Sum(long count) => count <= (DateTime.MaxValue.Ticks - From) / Period ? From + (count * Period) : null;
}
