using Actors.Schedules;

namespace Actors.Core.Tests.Schedules;

/// <summary>Which occurrences fire, and which are left out. Times are in minutes from some midnight.</summary>
public sealed class DueOccurrencesSpec
{
    private static readonly DateTimeOffset Midnight = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly EqualIntervals Hourly = new(Midnight.UtcTicks, TimeSpan.TicksPerHour);

    [Fact]
    public void Before_its_time_nothing_is_due() => Assert.Null(Find(MisfirePolicy.All, 0, 59.99));

    [Fact]
    public void At_its_time_it_fires_whatever_the_policy()
    {
        foreach (var policy in Enum.GetValues<MisfirePolicy>())
        {
            AssertDue(Find(policy, 0, 60), upTo: 60, leftOut: 0, 60);
        }
    }

    [Fact]
    public void A_minute_late_is_on_time_and_later_is_missed()
    {
        AssertDue(Find(MisfirePolicy.Skip, 0, 61), upTo: 60, leftOut: 0, 60);
        AssertDue(Find(MisfirePolicy.Skip, 0, 61.001), upTo: 60, leftOut: 1);
    }

    [Fact]
    public void Skip_leaves_all_missed_ones_out_and_goes_on() => AssertDue(Find(MisfirePolicy.Skip, 0, 330), upTo: 300, leftOut: 5);

    [Fact]
    public void Skip_fires_the_one_that_is_on_time() => AssertDue(Find(MisfirePolicy.Skip, 0, 300), upTo: 300, leftOut: 4, 300);

    [Fact]
    public void Once_makes_up_for_all_with_the_latest() => AssertDue(Find(MisfirePolicy.Once, 0, 330), upTo: 300, leftOut: 4, 300);

    [Fact]
    public void Once_needs_no_second_where_one_is_on_time() => AssertDue(Find(MisfirePolicy.Once, 0, 300), upTo: 300, leftOut: 4, 300);

    [Fact]
    public void All_makes_up_for_each_oldest_first() => AssertDue(Find(MisfirePolicy.All, 0, 330), upTo: 300, leftOut: 0, 60, 120, 180, 240, 300);

    [Fact]
    public void All_keeps_to_its_bound_with_the_latest() => AssertDue(Find(MisfirePolicy.All, 0, 330, misfiresMax: 2), upTo: 300, leftOut: 3, 240, 300);

    [Fact]
    public void The_bound_does_not_count_the_one_that_is_on_time() => AssertDue(Find(MisfirePolicy.All, 0, 300, misfiresMax: 2), upTo: 300, leftOut: 2, 180, 240, 300);

    [Fact]
    public void What_was_decided_before_is_not_decided_again() => AssertDue(Find(MisfirePolicy.All, 240, 330), upTo: 300, leftOut: 0, 300);

    [Fact]
    public void Where_all_can_be_made_up_for_none_is_left_out() =>
        Assert.Equal((10_000, 0), Find(MisfirePolicy.All, 0, (10_000 * 60) + 30, misfiresMax: 10_000) is { } due ? (due.Firing.Count, due.LeftOut) : default);

    [Fact]
    public void Years_of_seconds_are_not_walked_through()
    {
        var asked = 0;
        var times = new Counted(new EqualIntervals(Midnight.UtcTicks, TimeSpan.TicksPerSecond), () => asked++);
        var now = Midnight.AddYears(100);
        var due = DueOccurrences.Find(times, Midnight.UtcTicks, now.UtcTicks, new ScheduleOptions { Misfire = MisfirePolicy.All, MisfiresMax = 3, LateAfter = TimeSpan.FromSeconds(1) });
        Assert.Equal(
            [now.AddSeconds(-4).UtcTicks, now.AddSeconds(-3).UtcTicks, now.AddSeconds(-2).UtcTicks, now.AddSeconds(-1).UtcTicks, now.UtcTicks], due!.Value.Firing);
        Assert.Equal(DueOccurrences.CountMax, due.Value.LeftOut);
        Assert.InRange(asked, 1, DueOccurrences.CountMax + 1000);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(59, 60)]
    [InlineData(7 * 24 * 3600, 100_000)]
    public void Intervals_do_not_drift(int seconds, int count)
    {
        var times = new EqualIntervals(Midnight.UtcTicks, seconds * TimeSpan.TicksPerSecond);
        var at = Midnight.UtcTicks;
        for (var number = 0; number < count && at < DateTime.MaxValue.Ticks - (seconds * TimeSpan.TicksPerSecond); number++)
        {
            var next = times.After(at + (number % 2 == 0 ? 0 : (seconds * TimeSpan.TicksPerSecond) - 1))!.Value; // however late the question
            Assert.Equal(seconds * TimeSpan.TicksPerSecond, next - at);
            at = next;
        }
    }

    [Fact]
    public void An_interval_begins_where_it_is_told_and_ends_with_time()
    {
        Assert.Equal(Midnight.AddHours(1).UtcTicks, Hourly.After(0));
        Assert.Null(Hourly.After(DateTime.MaxValue.Ticks));
        Assert.Null(new EqualIntervals(DateTime.MaxValue.Ticks, long.MaxValue).After(0));
    }

    private static DueOccurrences? Find(MisfirePolicy policy, double firedUpTo, double now, int misfiresMax = 100) => DueOccurrences.Find(
        Hourly, Midnight.AddMinutes(firedUpTo).UtcTicks, Midnight.AddMinutes(now).UtcTicks, new ScheduleOptions { Misfire = policy, MisfiresMax = misfiresMax });

    private static void AssertDue(DueOccurrences? due, double upTo, int leftOut, params double[] firing)
    {
        Assert.NotNull(due);
        Assert.Equal(firing, due.Value.Firing.Select(static ticks => (new DateTimeOffset(ticks, TimeSpan.Zero) - Midnight).TotalMinutes));
        Assert.Equal(upTo, (new DateTimeOffset(due.Value.UpTo, TimeSpan.Zero) - Midnight).TotalMinutes);
        Assert.Equal(leftOut, due.Value.LeftOut);
    }

    private sealed class Counted(IOccurrences times, Action asked) : IOccurrences
    {
        public long? After(long ticks)
        {
            asked();
            return times.After(ticks);
        }
    }
}
