using System.Globalization;

namespace Actors;

/// <summary>
/// When a schedule fires: at the times of a cron expression in a time zone, or at equal intervals. Immutable, and compared by value. What it says is checked when
/// it is set or declared.
/// </summary>
public sealed record Schedule
{
    private Schedule()
    {
    }

    /// <summary>The cron expression; null where it fires at intervals.</summary>
    public string? Expression { get; private init; }

    /// <summary>The IANA name of the time zone whose clock the expression means.</summary>
    /// <value>Default <c>UTC</c>; of no meaning for intervals.</value>
    public string Zone { get; private init; } = "UTC";

    /// <summary>The interval; null where it fires by a cron expression.</summary>
    public TimeSpan? Interval { get; private init; }

    /// <summary>The time from which intervals are counted, which is no occurrence itself.</summary>
    /// <value>Null: from the moment at which the schedule was set for the first time.</value>
    public DateTimeOffset? From { get; private init; }

    /// <summary>At the times of a cron expression.</summary>
    /// <remarks>
    /// Read by Cronos. Five fields (minute, hour, day of month, month, day of week) or six, with seconds first; <c>L</c>, <c>W</c> and <c>#</c>; macros such as
    /// <c>@daily</c>. Where both days are given, both must match. In spring, what falls into the hour that does not exist fires once, when it ends. In autumn, what
    /// names its times (<c>30 2 * * *</c>) fires in the first of the two hours alike, and what repeats within the day (a <c>*</c>, a range or a step among seconds, minutes and
    /// hours) fires in both.
    /// </remarks>
    /// <param name="expression">The expression.</param>
    /// <param name="zone">The IANA name of a time zone, such as <c>Europe/Berlin</c>.</param>
    /// <exception cref="ArgumentException">One of them is null or empty.</exception>
    public static Schedule Cron(string expression, string zone = "UTC")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(expression);
        ArgumentException.ThrowIfNullOrWhiteSpace(zone);
        return new Schedule { Expression = expression.Trim(), Zone = zone.Trim() };
    }

    /// <summary>At equal intervals of elapsed time, whatever the clocks of time zones do. The times follow from the beginning alone, so they do not drift.</summary>
    /// <param name="interval">At least a second.</param>
    /// <param name="from">From when they are counted: the first occurrence is one interval later. Null: from the moment at which the schedule is set for the first time.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is less than a second.</exception>
    public static Schedule Every(TimeSpan interval, DateTimeOffset? from = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        return new Schedule { Interval = interval, From = from };
    }

    /// <summary>Such as <c>0 3 * * * Europe/Berlin</c> or <c>every 00:05:00</c>.</summary>
    public override string ToString() => Interval is { } interval
        ? string.Create(CultureInfo.InvariantCulture, $"every {interval}{(From is { } from ? $" from {from.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")}")
        : $"{Expression} {Zone}";
}
