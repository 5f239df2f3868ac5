using Cronos;

namespace Actors.Schedules;

/// <summary>The times of a cron expression on the clock of a time zone.</summary>
internal sealed class CronTimes : IOccurrences
{
    private const int FieldsWithSeconds = 6;

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronTimes(CronExpression expression, TimeZoneInfo zone) => (_expression, _zone) = (expression, zone);

    /// <summary>Reads them.</summary>
    /// <param name="name">The schedule, for messages.</param>
    /// <param name="when">Its times.</param>
    /// <exception cref="ArgumentException">The expression or the zone cannot be read: names the schedule, the text and the remedy.</exception>
    public static CronTimes Read(string name, Schedule when)
    {
        var text = when.Expression!;
        CronExpression expression;
        try
        {
            var fields = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Length;
            expression = CronExpression.Parse(text, fields == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard);
        }
        catch (Exception exception) when (exception is CronFormatException or MissingSeedException)
        {
            throw new ArgumentException(
                $"Schedule '{name}': '{text}' is no cron expression: {exception.Message} Write five fields, minute (0-59) hour (0-23) day (1-31) month (1-12) weekday (0-7, or MON-SUN), "
                + "or six with seconds first. For example '0 3 * * *': every day at 3:00.",
                exception);
        }

        try
        {
            return new CronTimes(expression, TimeZoneInfo.FindSystemTimeZoneById(when.Zone));
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new ArgumentException(
                $"Schedule '{name}': '{when.Zone}' is no time zone of this machine. Write its IANA name, such as 'Europe/Berlin' or 'UTC'; where names of that kind are unknown altogether, "
                + "install the time zone data (package tzdata).",
                exception);
        }
    }

    public long? After(long ticks) => _expression.GetNextOccurrence(new DateTime(ticks, DateTimeKind.Utc), _zone)?.Ticks;
}
