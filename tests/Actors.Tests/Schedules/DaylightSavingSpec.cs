using System.Globalization;
using Actors.Schedules;

namespace Actors.Tests.Schedules;

/// <summary>
/// The times of cron expressions where clocks change. What Cronos documents, and what is held here: a time that falls into the gap of spring fires once, when the
/// gap ends. In autumn what names its times fires in the first pass alone, and what repeats within the day (a <c>*</c>, a range or a step among seconds, minutes
/// and hours) fires in both.
/// </summary>
public sealed class DaylightSavingSpec
{
    private const string Berlin = "Europe/Berlin";
    private const string NewYork = "America/New_York";
    private const string LordHowe = "Australia/Lord_Howe";
    private const string Kolkata = "Asia/Kolkata";

    [Theory]
    [InlineData(Berlin, "30 2 * * *", "03-28 00:00", "03-28 01:30, 03-29 01:00, 03-30 00:30")] // spring: 02:30 is not there, 03:00 is
    [InlineData(Berlin, "30 2 * * *", "10-24 00:00", "10-24 00:30, 10-25 00:30, 10-26 01:30")] // autumn: the first 02:30
    [InlineData(Berlin, "0 * * * *", "03-28 23:30", "03-29 00:00, 03-29 01:00, 03-29 02:00")]
    [InlineData(Berlin, "0 * * * *", "10-24 23:30", "10-25 00:00, 10-25 01:00, 10-25 02:00")] // 02:00 twice
    [InlineData(Berlin, "*/15 * * * *", "03-29 00:30", "03-29 00:45, 03-29 01:00, 03-29 01:15")]
    [InlineData(Berlin, "*/15 * * * *", "10-25 00:30", "10-25 00:45, 10-25 01:00, 10-25 01:15")]
    [InlineData(Berlin, "*/15 2 * * *", "03-28 02:00", "03-29 01:00, 03-30 00:00, 03-30 00:15")] // spring: four in the gap are one
    [InlineData(NewYork, "30 2 * * *", "03-07 00:00", "03-07 07:30, 03-08 07:00, 03-09 06:30")]
    [InlineData(NewYork, "30 2 * * *", "10-31 00:00", "10-31 06:30, 11-01 07:30, 11-02 07:30")] // autumn: only 01:00 to 02:00 is there twice
    [InlineData(NewYork, "30 1 * * *", "10-31 00:00", "10-31 05:30, 11-01 05:30, 11-02 06:30")]
    [InlineData(NewYork, "0 * * * *", "11-01 04:30", "11-01 05:00, 11-01 06:00, 11-01 07:00")]
    [InlineData(NewYork, "*/15 * * * *", "03-08 06:30", "03-08 06:45, 03-08 07:00, 03-08 07:15")]
    [InlineData(LordHowe, "30 2 * * *", "10-02 15:00", "10-02 16:00, 10-03 15:30, 10-04 15:30")] // spring: half an hour, to 02:30
    [InlineData(LordHowe, "15 2 * * *", "10-02 15:00", "10-02 15:45, 10-03 15:30, 10-04 15:15")]
    [InlineData(LordHowe, "45 1 * * *", "04-03 14:00", "04-03 14:45, 04-04 14:45, 04-05 15:15")] // autumn: from 02:00 to 01:30
    [InlineData(LordHowe, "0 * * * *", "10-03 14:00", "10-03 14:30, 10-03 15:30, 10-03 16:00")]
    [InlineData(LordHowe, "0 * * * *", "04-04 13:30", "04-04 14:00, 04-04 15:30, 04-04 16:30")]
    [InlineData(LordHowe, "*/15 * * * *", "04-04 14:30", "04-04 14:45, 04-04 15:00, 04-04 15:15")]
    [InlineData(Kolkata, "30 2 * * *", "03-28 00:00", "03-28 21:00, 03-29 21:00, 03-30 21:00")] // no daylight saving
    [InlineData(Kolkata, "0 * * * *", "10-25 00:00", "10-25 00:30, 10-25 01:30, 10-25 02:30")]
    [InlineData(Kolkata, "*/15 * * * *", "10-25 00:50", "10-25 01:00, 10-25 01:15, 10-25 01:30")]
    [InlineData("UTC", "0 0 L * *", "01-15 00:00", "01-31 00:00, 02-28 00:00, 03-31 00:00")] // the end of the month
    [InlineData("UTC", "0 0 31 * *", "01-15 00:00", "01-31 00:00, 03-31 00:00, 05-31 00:00")] // only months that have one
    [InlineData("UTC", "30 0 12 * * MON", "02-01 00:00", "02-02 12:00:30, 02-09 12:00:30, 02-16 12:00:30")] // seconds first
    public void It_fires_at(string zone, string expression, string from, string expected)
    {
        var times = CronTimes.Read("x", Schedule.Cron(expression, zone));
        var at = Utc($"2026-{from}").Ticks;
        foreach (var time in expected.Split(", "))
        {
            Assert.Equal(Utc($"2026-{time}"), new DateTime(at = times.After(at)!.Value, DateTimeKind.Utc));
        }
    }

    [Fact]
    public void A_leap_day_comes_every_four_years()
    {
        var times = CronTimes.Read("x", Schedule.Cron("0 12 29 2 *", Berlin));
        var first = times.After(Utc("2026-01-01 00:00").Ticks)!.Value;
        Assert.Equal(Utc("2028-02-29 11:00"), new DateTime(first, DateTimeKind.Utc));
        Assert.Equal(Utc("2032-02-29 11:00"), new DateTime(times.After(first)!.Value, DateTimeKind.Utc));
    }

    /// <summary>Whatever the zone does, times rise, and the same question has the same answer wherever it is asked from.</summary>
    [Fact]
    public void Times_rise_through_a_year_of_every_zone()
    {
        foreach (var zone in new[] { Berlin, NewYork, LordHowe, Kolkata })
        {
            foreach (var expression in new[] { "0 * * * *", "30 2 * * *", "*/15 * * * *", "15,45 1,2 * * *" })
            {
                var times = CronTimes.Read("x", Schedule.Cron(expression, zone));
                var end = Utc("2027-01-01 00:00").Ticks;
                for (var at = times.After(Utc("2026-01-01 00:00").Ticks)!.Value; at < end;)
                {
                    var next = times.After(at)!.Value;
                    Assert.True(next > at, $"{expression} {zone}: {new DateTime(at)} is followed by {new DateTime(next)}");
                    Assert.Equal(next, times.After(at + ((next - at) / 2)));
                    Assert.Equal(next, times.After(next - 1));
                    at = next;
                }
            }
        }
    }

    private static DateTime Utc(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
