namespace Actors.Storage.Tests.Engine;

/// <summary>Schedules outlive their process, and fire each occurrence once, whatever the kind of store. In virtual time.</summary>
public abstract class SchedulesSpec : EachStoreSpec
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Start = new(2040, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Schedule Hourly = Schedule.Cron("0 * * * *");

    [Theory]
    [InlineData(MisfirePolicy.Skip, "1", "7")]
    [InlineData(MisfirePolicy.Once, "1", "6,7")]
    [InlineData(MisfirePolicy.All, "1", "4,5,6,7")]
    public async Task What_was_missed_while_no_engine_was_there_follows_the_policy(MisfirePolicy policy, string before, string after)
    {
        var options = new ScheduleOptions { Misfire = policy, MisfiresMax = 3 };
        await using (var first = await StartAsync(Start, tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options)))
        {
            await first.AdvanceAsync(Hour);
            await UntilFiredAsync(first, "s", before);
        }

        await using var second = await StartAsync(Start + (6.5 * Hour), tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options));
        await second.AdvanceAsync(Hour / 2);
        await UntilFiredAsync(second, "s", $"{before},{after}");
    }

    [Fact]
    public async Task A_crash_at_any_time_neither_loses_an_occurrence_nor_fires_it_twice()
    {
        const int lives = 12;
        var options = new ScheduleOptions { Misfire = MisfirePolicy.All };
        for (var life = 1; life <= lives; life++)
        {
            var engine = await StartAsync(Start + (life * Hour) - Hour, tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options));
            await engine.AdvanceAsync(Hour);
            if (life % 3 == 0)
            {
                await engine.Schedules.ListAsync(); // some round trips more, so that it comes between the firing and its commit, or behind it
                await engine.Client.FindAsync<Unit>(TaskSchedules.RootOf("s", Start + (life * Hour)));
            }

            await engine.CrashAsync();
        }

        await using var last = await StartAsync(Start + (lives * Hour), tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options));
        await last.AdvanceAsync(TimeSpan.FromSeconds(1));
        await UntilFiredAsync(last, "s", string.Join(',', Enumerable.Range(1, lives)));
    }

    [Fact]
    public async Task Of_two_engines_on_one_store_one_fires()
    {
        var first = await StartAsync(Start, tasks => tasks.AddSchedule("s", Hourly, new Ring("s")));
        await first.AdvanceAsync(Hour / 2);
        await using var second = await StartAsync(Start + (Hour / 2), tasks => tasks.AddSchedule("s", Hourly, new Ring("s")), "actors.store.take-over = on");
        try
        {
            await Task.WhenAll(first.AdvanceAsync(Hour / 2), second.AdvanceAsync(Hour / 2));
        }
        catch (EngineStoppedException)
        {
            // the first, where it has noticed meanwhile
        }

        await first.Ended.WaitAsync(Patience);
        await second.AdvanceAsync(Hour);
        await UntilFiredAsync(second, "s", "1,2", haveEnded: true);
        Assert.Equal(2, second.Doors.Ran.Count);
        Assert.Empty(first.Doors.Ran);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_meanwhile_repeats_nothing()
    {
        var options = new ScheduleOptions { Misfire = MisfirePolicy.All };
        await using (var first = await StartAsync(Start, tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options)))
        {
            await first.AdvanceAsync(2 * Hour);
            await UntilFiredAsync(first, "s", "1,2");
            await first.Schedules.SetAsync("removed", Hourly, new Ring("r"));
            await first.AdvanceAsync(Hour);
            await UntilFiredAsync(first, "removed", "3");
            Assert.True(await first.Schedules.RemoveAsync("removed"));
        }

        await using var second = await StartAsync(Start + (1.5 * Hour), tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options));
        await second.Schedules.SetAsync("removed", Hourly, new Ring("r"));
        await second.AdvanceAsync(2.5 * Hour);
        await UntilFiredAsync(second, "s", "1,2,3,4");
        await UntilFiredAsync(second, "removed", "3,4");
    }

    [Fact]
    public async Task What_was_set_at_run_time_is_there_again_and_what_was_paused_is_paused()
    {
        await using (var first = await StartAsync(Start))
        {
            await first.Schedules.SetAsync(
                "a", Schedule.Cron("30 4 * * *", "Europe/Berlin"), new Ring("a"),
                new ScheduleOptions { Misfire = MisfirePolicy.All, MisfiresMax = 5, LateAfter = Hour / 2, Overlap = OverlapPolicy.Skip, Task = new SpawnOptions { Timeout = Hour } });
            await first.Schedules.SetAsync("b", Schedule.Every(Hour), new Ring("b"));
            await first.Schedules.PauseAsync("b", "Ada");
        }

        await using var second = await StartAsync(Start + (1.5 * Hour));
        var schedules = await second.Schedules.ListAsync();
        Assert.Equal(["a", "b"], schedules.Select(static schedule => schedule.Name));
        Assert.Equal(Schedule.Cron("30 4 * * *", "Europe/Berlin"), schedules[0].Schedule);
        Assert.Equal((MisfirePolicy.All, 5, Hour / 2, OverlapPolicy.Skip), (schedules[0].Options.Misfire, schedules[0].Options.MisfiresMax, schedules[0].Options.LateAfter, schedules[0].Options.Overlap));
        Assert.Equal(Hour, schedules[0].Options.Task!.Timeout);
        Assert.Equal(("Ada", Start), (schedules[1].PausedBy, schedules[1].PausedAt));
        Assert.True(await second.Schedules.ResumeAsync("b"));
        await second.AdvanceAsync(Hour / 2);
        await UntilFiredAsync(second, "b", "2"); // counted from when it was set, not from the new start
    }

    [Fact]
    public async Task A_declaration_holds_until_it_is_another_one_whatever_is_done_at_run_time()
    {
        await using (var first = await StartAsync(Start, tasks => Declare(tasks, "old")))
        {
            await first.Schedules.SetAsync("changed", Schedule.Every(7 * Hour), new Ring("changed at run time"));
            Assert.True(await first.Schedules.RemoveAsync("removed"));
        }

        await using (var second = await StartAsync(Start, tasks => Declare(tasks, "old")))
        {
            Assert.Equal(["changed", "kept"], (await second.Schedules.ListAsync()).Select(static schedule => schedule.Name));
            Assert.Equal(Schedule.Every(7 * Hour), (await second.Schedules.FindAsync("changed"))!.Schedule);
        }

        await using var third = await StartAsync(Start, tasks => Declare(tasks, "new"));
        var schedules = await third.Schedules.ListAsync();
        Assert.Equal(["changed", "kept", "removed"], schedules.Select(static schedule => schedule.Name));
        Assert.All(schedules, static schedule => Assert.Equal(Hourly, schedule.Schedule));

        static void Declare(TaskRegistry tasks, string ring)
        {
            foreach (var name in new[] { "changed", "kept", "removed" })
            {
                tasks.AddSchedule(name, Hourly, new Ring(ring));
            }
        }
    }

    [Fact]
    public async Task A_schedule_that_is_not_declared_any_more_rests_and_loses_nothing()
    {
        var options = new ScheduleOptions { Misfire = MisfirePolicy.All };
        await using (var first = await StartAsync(Start, tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options)))
        {
            await first.Schedules.ListAsync();
        }

        await using (var other = await StartAsync(Start))
        {
            await other.AdvanceAsync(2 * Hour);
            var resting = (await other.Schedules.FindAsync("s"))!;
            Assert.False(resting.IsActive);
            Assert.Contains("declare", resting.Trouble, StringComparison.Ordinal);
        }

        await using (var stranger = await StartAsync(Start + (2 * Hour), static _ => { }, addAll: false))
        {
            Assert.Contains(nameof(Ring), (await stranger.Schedules.FindAsync("s"))!.Trouble, StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidOperationException>(() => stranger.Schedules.FireNowAsync("s"));
        }

        await using var again = await StartAsync(Start + (2 * Hour), tasks => tasks.AddSchedule("s", Hourly, new Ring("s"), options));
        await again.AdvanceAsync(TimeSpan.FromSeconds(1));
        await UntilFiredAsync(again, "s", "1,2");
    }

    [Fact]
    public async Task A_firing_is_left_out_while_the_tree_of_an_earlier_process_is_live()
    {
        var options = new ScheduleOptions { Overlap = OverlapPolicy.Skip };
        await using (var first = await StartAsync(Start, tasks => tasks.AddSchedule("s", Hourly, new Gate("g"), options)))
        {
            await first.AdvanceAsync(Hour);
            await UntilFiredAsync(first, "s", "1");
        }

        await using var second = await StartAsync(Start + (1.5 * Hour), tasks => tasks.AddSchedule("s", Hourly, new Gate("g"), options));
        await second.AdvanceAsync(Hour / 2);
        Assert.Equal("overlap", (await second.Schedules.FindAsync("s"))!.LastSkip!.Reason);
        var tree = (await second.Client.FindAsync<string>(TaskSchedules.RootOf("s", Start + Hour)))!;
        second.Doors["g"].SetResult("");
        await tree.TreeAsync().WaitAsync(Patience);
        await second.AdvanceAsync(Hour);
        await UntilFiredAsync(second, "s", "1,3");
    }

    [Fact]
    public async Task Each_action_leaves_a_line_of_who_did_what_and_when()
    {
        await using (var engine = await StartAsync(Start, tasks => tasks.AddSchedule("s", Hourly, new Ring("s"))))
        {
            await engine.AdvanceAsync(Hour / 2);
            await engine.Schedules.SetAsync("s", Schedule.Every(2 * Hour), new Ring("s"), by: "Ada");
            await engine.Schedules.PauseAsync("s", "Bob");
            await engine.Schedules.PauseAsync("s", "Eve"); // did nothing, and says nothing
            await engine.Schedules.ResumeAsync("s");
            await engine.Schedules.FireNowAsync("s", "Cyd");
            await engine.Schedules.RemoveAsync("s", "Dan");
        }

        using var store = Store.NewStore();
        Assert.Equal(
            ["declaration set-schedule s 0", "Ada set-schedule s 0", "Bob pause-schedule s 0", "code resume-schedule s 0", "Cyd fire-schedule s 1", "Dan remove-schedule s 0"],
            store.ReadAudit(long.MaxValue, 100).Reverse().Select(static row => $"{row.Who} {row.Action} {row.Target} {row.Count}"));
        Assert.Equal([Start.UtcTicks, (Start + (Hour / 2)).UtcTicks], store.ReadAudit(long.MaxValue, 100).Reverse().Select(static row => row.At).Take(2));
    }

    private async Task UntilFiredAsync(Incarnation engine, string schedule, string hours, bool haveEnded = false)
    {
        var expected = hours.Split(',').Select(hour => TaskSchedules.RootOf(schedule, Start + (int.Parse(hour, System.Globalization.CultureInfo.InvariantCulture) * Hour))).ToHashSet();
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var _ in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(5), patience.Token))
        {
            if (expected.IsSubsetOf(Store.Rows().Where(row => row.Number == 0 && (!haveEnded || row.State.IsTerminal())).Select(static row => row.Id)))
            {
                break;
            }
        }

        // Of this schedule there is nothing but these: every hour that it could have fired at is looked at.
        var possible = Enumerable.Range(-24, 72).Select(hour => TaskSchedules.RootOf(schedule, Start + (hour * Hour))).ToHashSet();
        Assert.Equal(expected, [.. Store.Rows().Where(row => row.Number == 0 && possible.Contains(row.Id)).Select(static row => row.Id)]);
    }

    private async Task<Incarnation> StartAsync(DateTimeOffset clock, Action<TaskRegistry>? tasks = null, string hocon = "", bool addAll = true)
    {
        var engine = await Incarnation.StartAsync(
            Store.Location,
            registry =>
            {
                if (addAll)
                {
                    Incarnation.AddAll(registry);
                }
                else
                {
                    registry.AddHandler<LargeHandler>();
                }

                tasks?.Invoke(registry);
            },
            hocon,
            clock);
        await engine.Schedules.ListAsync(); // by now it has read what stands in the store, and its clock may go on
        return engine;
    }
}

/// <summary>On a file.</summary>
public sealed class SchedulesOnSqliteSpec : SchedulesSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class SchedulesOnPostgreSqlSpec(PostgreSqlServer server) : SchedulesSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
