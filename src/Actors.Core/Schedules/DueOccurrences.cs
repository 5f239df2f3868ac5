namespace Actors.Schedules;

/// <summary>Which occurrences fire at a moment, and which are left out because they are too late. Pure arithmetic.</summary>
/// <param name="UpTo">UTC ticks: the last occurrence that is decided with this.</param>
/// <param name="Firing">UTC ticks of those that fire, oldest first.</param>
/// <param name="LeftOut">How many were missed and do not fire; <see cref="CountMax"/> stands for that many or more.</param>
internal readonly record struct DueOccurrences(long UpTo, IReadOnlyList<long> Firing, int LeftOut)
{
    /// <summary>So many missed ones are counted; who was away for longer is told that there were more.</summary>
    public const int CountMax = 10_000;

    /// <summary>What is due.</summary>
    /// <param name="times">The schedule's times.</param>
    /// <param name="firedUpTo">UTC ticks: everything until then was decided before.</param>
    /// <param name="now">UTC ticks.</param>
    /// <param name="options">The policy.</param>
    /// <returns>Null where nothing is due.</returns>
    public static DueOccurrences? Find(IOccurrences times, long firedUpTo, long now, ScheduleOptions options)
    {
        if (times.After(firedUpTo) is not { } first || first > now)
        {
            return null;
        }

        var late = now - options.LateAfter.Ticks - 1; // until here they were missed
        var onTime = Between(times, Math.Max(firedUpTo, late), now, int.MaxValue);
        if (first > late)
        {
            return new DueOccurrences(onTime[^1], onTime, 0);
        }

        var kept = options.Misfire switch
        {
            MisfirePolicy.All => options.MisfiresMax,
            MisfirePolicy.Once when onTime.Count == 0 => 1,
            _ => 0,
        };
        var missed = Between(times, firedUpTo, late, kept + CountMax);
        var isCountless = missed.Count == kept + CountMax;
        kept = Math.Min(kept, missed.Count);
        var latest = isCountless ? Latest(times, firedUpTo, late, Math.Max(kept, 1)) : missed;
        var firing = latest[^kept..];
        firing.AddRange(onTime);
        return new DueOccurrences(onTime.Count > 0 ? onTime[^1] : latest[^1], firing, isCountless ? CountMax : missed.Count - kept);
    }

    /// <summary>Those later than <paramref name="from"/>, at <paramref name="to"/> at the latest; the first so many.</summary>
    private static List<long> Between(IOccurrences times, long from, long to, int countMax)
    {
        var found = new List<long>();
        while (found.Count < countMax && times.After(from) is { } next && next <= to)
        {
            found.Add(next);
            from = next;
        }

        return found;
    }

    /// <summary>The last so many, where there are at least as many. Halves the time instead of walking through years of seconds.</summary>
    private static List<long> Latest(IOccurrences times, long from, long to, int count)
    {
        var (enough, tooFew) = (from, to);
        while (tooFew - enough > TimeSpan.TicksPerSecond)
        {
            var middle = enough + ((tooFew - enough) / 2);
            if (Between(times, middle, to, count).Count == count)
            {
                enough = middle;
            }
            else
            {
                tooFew = middle;
            }
        }

        return Between(times, enough, to, int.MaxValue)[^count..];
    }
}
