using Actors.Schedules;

namespace Actors.Core.Tests.Schedules;

public sealed class ScheduleBookSpec
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly ScheduleWorld _world = new();
    private readonly DateTimeOffset _start;

    public ScheduleBookSpec() => _start = _world.Now;

    [Fact]
    public void A_firing_and_the_fact_that_says_so_are_one_batch()
    {
        _world.Set();
        _world.Commit();
        _world.Fire(Hour);
        var batch = _world.Commit();
        Assert.Equal(TaskId.Occurrence(ScheduleWorld.Name, _start.AddHours(1).UtcTicks), Assert.Single(batch.Added).Id);
        Assert.Equal(_start.AddHours(1).UtcTicks, StoredSchedule.Read("", Assert.Single(batch.Facts).Value!).FiredUpTo);
    }

    [Fact]
    public void A_crash_before_the_commit_fires_it_again_and_a_crash_after_it_does_not()
    {
        _world.Set();
        _world.Commit();
        _world.Fire(Hour);
        _world.Crash();
        _world.Fire();
        _world.Commit();
        _world.Crash();
        _world.Fire();
        _world.Commit();
        AssertFired(1);
    }

    [Fact]
    public void A_clock_that_is_set_back_fires_nothing_twice()
    {
        _world.Set();
        _world.Fire(Hour);
        _world.Now -= Hour / 2;
        _world.Fire();
        _world.Fire(Hour / 2);
        Assert.Equal(_start.AddHours(2), _world.Book.NextDue);
        _world.Fire(Hour);
        _world.Commit();
        AssertFired(1, 2);
    }

    [Fact]
    public void Nor_does_a_schedule_that_is_removed_and_set_anew_meanwhile()
    {
        _world.Set();
        _world.Fire(Hour);
        _world.Book.Remove(_world.Scheduled, _world.Now);
        _world.Commit();
        _world.Crash();
        _world.Now -= Hour;
        _world.Set();
        _world.Fire(Hour);
        _world.Commit();
        AssertFired(1);
        _world.Fire(Hour);
        _world.Commit();
        AssertFired(1, 2);
    }

    [Fact]
    public void What_was_removed_is_forgotten_in_the_end()
    {
        _world.Set();
        _world.Book.Remove(_world.Scheduled, _world.Now);
        _world.Commit();
        _world.Now += TimeSpan.FromDays(31);
        _world.Set(name: "other");
        _world.Book.Remove(_world.Book.Schedules.Single(), _world.Now);
        Assert.Null(_world.Commit().Facts.Single(static fact => fact.Key == "schedule/hourly").Value);
    }

    [Fact]
    public void What_fell_into_a_pause_is_not_made_up_for()
    {
        _world.Set(new ScheduleOptions { Misfire = MisfirePolicy.All });
        _world.Fire(Hour);
        Assert.True(_world.Book.Pause(_world.Scheduled, "Ada", _world.Now));
        Assert.False(_world.Book.Pause(_world.Scheduled, "Bob", _world.Now));
        Assert.Null(_world.Book.NextDue);
        _world.Commit();
        _world.Crash();
        _world.Fire(5 * Hour);
        Assert.Equal("Ada", _world.Scheduled.PausedBy);
        Assert.True(_world.Book.Resume(_world.Scheduled, _world.Now));
        Assert.False(_world.Book.Resume(_world.Scheduled, _world.Now));
        _world.Fire();
        _world.Fire(Hour);
        _world.Commit();
        AssertFired(1, 7);
    }

    [Fact]
    public void What_was_due_before_a_pause_fires()
    {
        _world.Set();
        _world.Now += Hour;
        _world.Book.Pause(_world.Scheduled, "Ada", _world.Now);
        _world.Commit();
        AssertFired(1);
    }

    [Fact]
    public void Other_times_count_from_when_they_are_set_and_settle_what_was_due_before()
    {
        _world.Set();
        _world.Now += 1.5 * Hour;
        _world.Set(interval: 3 * Hour);
        _world.Fire();
        Assert.Equal(_start.AddHours(4.5), _world.Book.NextDue);
        _world.Commit();
        AssertFired(1);
    }

    [Fact]
    public void Another_task_or_policy_leaves_its_times_as_they_are()
    {
        _world.Set();
        _world.Now += 0.5 * Hour;
        _world.Set(new ScheduleOptions { Misfire = MisfirePolicy.Skip });
        Assert.Equal(_start.AddHours(1), _world.Book.NextDue);
    }

    [Fact]
    public void A_firing_is_left_out_while_an_earlier_tree_is_live()
    {
        _world.Set(new ScheduleOptions { Overlap = OverlapPolicy.Skip });
        _world.Fire(Hour);
        _world.Fire(Hour);
        Assert.Equal(new StoredSkip(_start.AddHours(2).UtcTicks, "overlap"), _world.Scheduled.LastSkip);
        _world.EndTree(TaskId.Occurrence(ScheduleWorld.Name, _start.AddHours(1).UtcTicks));
        _world.Fire(Hour);
        _world.Commit();
        AssertFired(1, 3);
    }

    [Fact]
    public void That_counts_trees_that_somebody_asked_for_and_those_from_before_the_policy()
    {
        _world.Set();
        _world.Fire(Hour);
        _world.Set(new ScheduleOptions { Overlap = OverlapPolicy.Skip });
        _world.Fire(Hour);
        var asked = new TaskId(1, 2);
        _world.Book.FireNow(_world.Scheduled, asked, "Ada", _world.Now);
        _world.EndTree(TaskId.Occurrence(ScheduleWorld.Name, _start.AddHours(1).UtcTicks));
        _world.Fire(Hour);
        _world.EndTree(asked);
        _world.Fire(Hour);
        _world.Commit();
        Assert.Equal([Root(1), asked, Root(4)], _world.Committed);
    }

    [Fact]
    public void A_firing_out_of_turn_changes_no_time_and_minds_no_pause()
    {
        _world.Set();
        _world.Book.Pause(_world.Scheduled, "Ada", _world.Now);
        _world.Book.FireNow(_world.Scheduled, new TaskId(1, 2), "Bob", _world.Now);
        Assert.Equal("Bob", _world.Scheduled.Last!.By);
        _world.Book.Resume(_world.Scheduled, _world.Now);
        Assert.Equal(_start.AddHours(1), _world.Book.NextDue);
    }

    [Fact]
    public void Schedules_fire_in_the_order_of_their_times()
    {
        _world.Set(name: "b");
        _world.Set(name: "a");
        _world.Set(name: "c", interval: 2 * Hour);
        _world.Fire(2 * Hour);
        Assert.Equal(["a", "b", "c"], _world.Book.Fired.Select(static fired => fired.Name));
    }

    private TaskId Root(int hour) => TaskId.Occurrence(ScheduleWorld.Name, _start.AddHours(hour).UtcTicks);

    private void AssertFired(params int[] hours) => Assert.Equal(hours.Select(Root), _world.Committed);
}
