using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Schedules;

public sealed class ScheduleSpec(ITestOutputHelper output) : VirtualTimeSpec(output)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly Schedule Hourly = Schedule.Every(TimeSpan.FromHours(1));
    private readonly Happening _ran = new();

    private TaskSchedules Schedules => TaskEngine.Get(Sys).Schedules;

    private Step Run => new(_ => _ran.Happens());

    [Fact]
    public async Task A_declared_schedule_fires_at_its_times_and_not_before()
    {
        await StartAsync(tasks => tasks.AddSchedule("hourly", Hourly, Run));
        await AdvanceAsync(Hour - Milliseconds(1));
        Assert.Equal(0, _ran.Times);
        await AdvanceAsync(Milliseconds(1));
        await UntilRanAsync(1);
        await AdvanceAsync(2 * Hour);
        await UntilRanAsync(3);
    }

    [Fact]
    public async Task A_cron_schedule_fires_when_the_clock_of_its_zone_says_so()
    {
        await StartAsync(tasks => tasks.AddSchedule("early", Schedule.Cron("0 3 * * *", "Europe/Berlin"), Run));
        var next = Assert.Single((await Schedules.FindAsync("early"))!.Next);
        Assert.Equal(TimeSpan.FromHours(3), next.TimeOfDay);
        await AdvanceAsync(next - VirtualNow);
        await UntilRanAsync(1);
        var early = await Schedules.FindAsync("early", nextCount: 3);
        Assert.Equal(next, early!.Last!.Occurrence);
        Assert.Equal(TaskSchedules.RootOf("early", next), early.Last.RootId);
        Assert.All(early.Next, static time => Assert.Equal(TimeSpan.FromHours(3), time.TimeOfDay));
    }

    [Fact]
    public async Task A_schedule_is_set_changed_and_removed_at_run_time()
    {
        await StartAsync();
        Assert.Empty(await Schedules.ListAsync());
        await Schedules.SetAsync("x", Hourly, Run);
        await AdvanceAsync(Hour);
        await UntilRanAsync(1);
        await Schedules.SetAsync("x", Schedule.Every(Seconds(10)), Run);
        await AdvanceAsync(Seconds(30));
        await UntilRanAsync(4);
        Assert.True(await Schedules.RemoveAsync("x"));
        Assert.False(await Schedules.RemoveAsync("x"));
        Assert.Null(await Schedules.FindAsync("x"));
        await AdvanceAsync(Hour);
        await UntilRanAsync(4);
    }

    [Fact]
    public async Task A_pause_is_listed_with_who_and_when_and_what_falls_into_it_is_not_made_up_for()
    {
        await StartAsync(tasks => tasks.AddSchedule("hourly", Hourly, Run, new ScheduleOptions { Misfire = MisfirePolicy.All }));
        await AdvanceAsync(Hour / 2);
        var at = VirtualNow;
        Assert.True(await Schedules.PauseAsync("hourly", "Ada"));
        Assert.False(await Schedules.PauseAsync("hourly", "Bob"));
        await AdvanceAsync(5 * Hour);
        var paused = (await Schedules.FindAsync("hourly"))!;
        Assert.Equal(("Ada", at, false), (paused.PausedBy, paused.PausedAt, paused.IsActive));
        Assert.Equal(at + (5.5 * Hour), Assert.Single(paused.Next));
        Assert.True(await Schedules.ResumeAsync("hourly"));
        Assert.True((await Schedules.FindAsync("hourly"))!.IsActive);
        await UntilRanAsync(0);
        await AdvanceAsync(Hour / 2);
        await UntilRanAsync(1);
    }

    [Fact]
    public async Task It_fires_out_of_turn_when_somebody_asks_for_it()
    {
        await StartAsync(tasks => tasks.AddSchedule("hourly", Hourly, Run));
        await Schedules.PauseAsync("hourly");
        var root = await Schedules.FireNowAsync("hourly", "Ada");
        await UntilRanAsync(1);
        var last = (await Schedules.FindAsync("hourly"))!.Last!;
        Assert.Equal((root, "Ada", VirtualNow), (last.RootId, last.AskedBy, last.FiredAt));
    }

    [Fact]
    public async Task A_firing_is_left_out_while_the_tree_of_an_earlier_one_is_live()
    {
        var gate = new TaskCompletionSource();
        await StartAsync(tasks => tasks.AddHandler<WaitHandler>().AddSchedule("slow", Hourly, new Wait(gate.Task), new ScheduleOptions { Overlap = OverlapPolicy.Skip }));
        await AdvanceAsync(3 * Hour);
        var slow = (await Schedules.FindAsync("slow"))!;
        Assert.Equal("overlap", slow.LastSkip!.Reason);
        Assert.Equal(2 * Hour, slow.LastSkip.Occurrence - slow.Last!.Occurrence);
        gate.SetResult();
        await UntilAsync(TaskState.Succeeded, 1);
        await AdvanceAsync(Hour);
        await UntilAsync(TaskState.Succeeded, 2);
    }

    [Fact]
    public async Task Without_that_policy_trees_of_one_schedule_run_side_by_side()
    {
        var gate = new TaskCompletionSource();
        await StartAsync(tasks => tasks.AddHandler<WaitHandler>().AddSchedule("slow", Hourly, new Wait(gate.Task)));
        await AdvanceAsync(3 * Hour);
        Assert.Equal(3, (await Client.ProgressAsync()).Count(TaskState.Running));
        gate.SetResult();
        await UntilAsync(TaskState.Succeeded, 3);
    }

    [Fact]
    public async Task An_engine_that_drains_fires_nothing_and_changes_no_schedule()
    {
        var gate = new TaskCompletionSource();
        await StartAsync(tasks => tasks.AddHandler<WaitHandler>().AddSchedule("hourly", Hourly, Run));
        await Client.SubmitAsync(new Wait(gate.Task));
        var drain = Client.DrainAsync(DrainMode.FinishTrees, 10 * Hour);
        await AdvanceAsync(2 * Hour);
        await Assert.ThrowsAsync<EngineStoppedException>(() => Schedules.PauseAsync("hourly"));
        Assert.Single(await Schedules.ListAsync());
        gate.SetResult();
        Assert.True((await drain.WaitAsync(Soon)).IsComplete);
        Assert.Equal(0, _ran.Times);
    }

    [Fact]
    public async Task A_schedule_that_is_not_there_is_said_with_those_that_are()
    {
        await StartAsync(tasks => tasks.AddSchedule("nightly", Hourly, Run));
        foreach (var action in new Func<Task>[] { () => Schedules.PauseAsync("x"), () => Schedules.ResumeAsync("x"), () => Schedules.FireNowAsync("x") })
        {
            var refused = await Assert.ThrowsAsync<ArgumentException>(action);
            Assert.Contains("'x'", refused.Message, StringComparison.Ordinal);
            Assert.Contains("nightly", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_at_run_time_too_and_changes_nothing()
    {
        await StartAsync(tasks => tasks.AddSchedule("x", Hourly, Run));
        await Assert.ThrowsAsync<ArgumentException>(() => Schedules.SetAsync("x", Schedule.Cron("61 * * * *"), Run));
        await Assert.ThrowsAsync<ArgumentException>(() => Schedules.SetAsync("x", Schedule.Cron("0 * * * *", "Europe/Bonn"), Run));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Schedules.SetAsync("x", Hourly, new Wait(Task.CompletedTask)));
        Assert.Equal(Hourly, (await Schedules.FindAsync("x"))!.Schedule);
    }

    [Fact]
    public async Task Inside_a_handler_nobody_waits_for_the_schedules()
    {
        await StartAsync(tasks => tasks.AddHandler<AskHandler>());
        var outcome = await OutcomeAsync(new Ask(Schedules));
        Assert.Contains("inside", outcome.Failure!.Message, StringComparison.OrdinalIgnoreCase);
    }

    private Task<EngineProgress> UntilRanAsync(int times) => UntilAsync(progress => progress.Count(TaskState.Succeeded) == times && _ran.Times == times);

    private sealed record Wait(Task Until) : ITask;

    private sealed class WaitHandler : IAsyncTaskHandler<Wait, Unit>
    {
        public async ValueTask<Ending<Unit>> HandleAsync(Wait task, TaskContext context)
        {
            await task.Until;
            return context.Done();
        }
    }

    private sealed record Ask(TaskSchedules Schedules) : ITask;

    private sealed class AskHandler : IAsyncTaskHandler<Ask, Unit>
    {
        public async ValueTask<Ending<Unit>> HandleAsync(Ask task, TaskContext context)
        {
            await task.Schedules.ListAsync();
            return context.Done();
        }
    }
}
