namespace Actors.Storage.Tests.Engine;

/// <summary>What waits in the store alone behaves as if it were in memory, whatever the kind of store.</summary>
public abstract class BacklogSpec : EachStoreSpec
{
    private const string Small = """
        actors.store { loaded-max = 2, chunk.tasks-max = 1 }
        actors.default-pool.workers = 1
        """;

    [Fact]
    public async Task All_run_once_in_the_order_in_which_they_came_and_are_counted_all_the_time()
    {
        await using var engine = await StartAsync();
        var handles = await GatesAsync(engine, 20);
        var early = handles[19].OutcomeAsync();
        var full = await engine.Client.ProgressAsync();

        Assert.Equal((20, 20), (full.Live, full.LiveTrees));
        foreach (var number in Enumerable.Range(0, 20))
        {
            engine.Doors[$"{number}"].SetResult($"was {number}");
        }

        foreach (var number in Enumerable.Range(0, 20))
        {
            Assert.Equal($"was {number}", (await handles[number].OutcomeAsync().WaitAsync(Patience)).Value);
            Assert.Equal(TaskState.Succeeded, (await handles[number].TreeAsync().WaitAsync(Patience)).State);
        }

        Assert.Equal("was 19", (await early.WaitAsync(Patience)).Value);
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => $"{number} 1"), engine.Doors.Ran);
        var empty = await engine.Client.ProgressAsync();
        Assert.Equal((0, 0, 20), (empty.Live, empty.LiveTrees, empty.Count(TaskState.Succeeded)));
    }

    [Fact]
    public async Task What_waits_is_there_in_the_next_process_and_its_outcome_can_be_asked_for_by_its_key()
    {
        await using (var first = await StartAsync())
        {
            await GatesAsync(first, 10);
            await first.Client.SubmitAsync(new Large(3), new SubmitOptions { Key = "last" });
            await first.UntilAsync(_ => first.Doors.Ran.Contains("0 1"));
        }

        await using var second = await StartAsync();
        await second.UntilAsync(static progress => progress is { Live: 11, LiveTrees: 11 });
        var found = await second.Client.FindAsync<string>(TaskId.FromKey("last"));
        var again = await second.Client.SubmitAsync(new Large(3), new SubmitOptions { Key = "last" });
        foreach (var number in Enumerable.Range(0, 10))
        {
            second.Doors[$"{number}"].SetResult("");
        }

        Assert.Equal("xxx", (await found!.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal("xxx", (await again.OutcomeAsync().WaitAsync(Patience)).Value);
        await second.UntilAsync(static progress => progress.LiveTrees == 0);
        Assert.Equal(["0 2", .. Enumerable.Range(1, 9).Select(static number => $"{number} 1")], second.Doors.Ran);
        Assert.Equal(11, Store.Rows().Count);
    }

    [Fact]
    public async Task The_urgent_goes_before_what_came_earlier()
    {
        await using var engine = await StartAsync();
        await GatesAsync(engine, 10);
        var urgent = new List<TaskId>();
        foreach (var number in Enumerable.Range(0, 10))
        {
            urgent.Add((await engine.Client.SubmitAsync(new Gate($"urgent {number}"), new SubmitOptions { Priority = 9 })).Id);
        }

        engine.Doors["0"].SetResult("");
        foreach (var number in Enumerable.Range(0, 10))
        {
            await engine.UntilAsync(_ => engine.Doors.Ran.Contains($"urgent {number} 1"));
            if (number < 9)
            {
                await LoadedAsync(engine, urgent[number + 1]);
            }

            engine.Doors[$"urgent {number}"].SetResult("");
        }

        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("1 1"));
        Assert.Equal(["0 1", .. Enumerable.Range(0, 10).Select(static number => $"urgent {number} 1"), "1 1"], engine.Doors.Ran);
    }

    [Fact]
    public async Task A_paused_type_does_not_hold_up_what_came_behind_it_and_goes_on_when_it_is_resumed()
    {
        await using var engine = await StartAsync();
        await engine.Control.PauseTypeAsync(nameof(Gate));
        var gates = await GatesAsync(engine, 10);
        var others = await engine.Client.SubmitManyAsync(Enumerable.Range(0, 10).Select(static length => new Large(length)));
        foreach (var other in others)
        {
            Assert.True((await other.OutcomeAsync().WaitAsync(Patience)).IsSucceeded);
        }

        Assert.Empty(engine.Doors.Ran);
        foreach (var number in Enumerable.Range(0, 10))
        {
            engine.Doors[$"{number}"].SetResult("");
        }

        await engine.Control.ResumeTypeAsync(nameof(Gate));
        foreach (var gate in gates)
        {
            Assert.True((await gate.OutcomeAsync().WaitAsync(Patience)).IsSucceeded);
        }
    }

    [Fact]
    public async Task What_waits_is_listed_shown_explained_paused_and_cancelled_like_all_else()
    {
        await using var engine = await StartAsync();
        var handles = await GatesAsync(engine, 30);
        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("0 1"));

        var listed = new List<TaskId>();
        string? next = null;
        do
        {
            var page = await engine.Control.ListAsync(new TaskFilter { Type = nameof(Gate) }, 7, next);
            listed.AddRange(page.Tasks.Select(static task => task.Id));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(handles.Select(static handle => handle.Id).Order(), listed.Order());
        Assert.Equal([handles[0].Id], (await engine.Control.ListAsync(new TaskFilter { State = TaskState.Running })).Tasks.Select(static task => task.Id));

        var last = handles[29].Id;
        var shown = (await engine.Control.ShowAsync(last))!;
        Assert.Equal((TaskState.Ready, nameof(Gate), "default", 5, 1), (shown.Task.State, shown.Task.Type, shown.Task.Pool, shown.Task.Priority, shown.Tree!.Live));
        var why = (await engine.Control.WhyAsync(last))!;
        Assert.Equal(TaskState.Ready, why.State);
        Assert.Contains("one of 28 of its type and priority", why.ToString(), StringComparison.Ordinal);
        Assert.True(await engine.Control.PauseTreeAsync(last));
        Assert.Contains("its tree is paused by", (await engine.Control.WhyAsync(last))!.ToString(), StringComparison.Ordinal);

        Assert.True(await engine.Client.CancelAsync(handles[20].Id));
        Assert.True(await engine.Client.CancelTreeAsync(handles[21].Id));
        Assert.True((await handles[20].OutcomeAsync().WaitAsync(Patience)).IsCancelled);
        Assert.Equal(1, await engine.Control.CancelAsync(new TaskFilter { RootId = handles[22].Id }));
        Assert.Equal(27, await engine.Control.CancelAsync(new TaskFilter { Type = nameof(Gate) }));
        foreach (var handle in handles)
        {
            Assert.True((await handle.OutcomeAsync().WaitAsync(Patience)).IsCancelled);
        }

        await engine.UntilAsync(static progress => progress is { Live: 0, LiveTrees: 0 });
        Assert.False(await engine.Client.CancelTreeAsync(last));
        Assert.Equal(["0 1"], engine.Doors.Ran);
    }

    [Fact]
    public async Task A_retry_that_rests_holds_up_nobody()
    {
        await using var engine = await StartAsync();
        var stubborn = await engine.Client.SubmitManyAsync(Enumerable.Range(0, 10).Select(static _ => new Stubborn(2, TimeSpan.FromHours(1))));
        var other = await engine.Client.SubmitAsync(new Stubborn(1, TimeSpan.FromHours(1)));

        Assert.True((await other.OutcomeAsync().WaitAsync(Patience)).IsSucceeded);
        await engine.UntilAsync(static progress => progress.Count(TaskState.Scheduled) == 10);
        await engine.Client.CancelTreeAsync(stubborn[0].Id);
        Assert.True((await stubborn[0].OutcomeAsync().WaitAsync(Patience)).IsCancelled);
    }

    [Fact]
    public async Task Who_still_waits_for_an_outcome_is_told_when_the_engine_stops()
    {
        Task<Outcome<string>> waited;
        TaskHandle<string> unasked;
        await using (var engine = await StartAsync())
        {
            var handles = await GatesAsync(engine, 10);
            waited = handles[8].OutcomeAsync();
            unasked = handles[9];
            await engine.UntilAsync(static progress => progress.Store!.Waiting >= 7);
            await engine.Control.ListAsync(); // behind the question of the one that waits
        }

        await Assert.ThrowsAsync<EngineStoppedException>(() => waited.WaitAsync(Patience));
        await Assert.ThrowsAsync<EngineStoppedException>(() => unasked.OutcomeAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_unique_task_has_its_key_to_itself_in_the_next_process_however_many_others_wait()
    {
        var once = new SubmitOptions { Unique = new UniqueTask { Key = "once" } };
        TaskId one;
        await using (var first = await StartAsync())
        {
            await GatesAsync(first, 10);
            one = (await first.Client.SubmitAsync(new Gate("once"), once)).Id;
        }

        await using var second = await StartAsync();
        var other = await second.Client.SubmitAsync(new Gate("once"), once);
        Assert.Equal(one, other.DuplicateOf);
        foreach (var name in Enumerable.Range(0, 10).Select(static number => $"{number}").Append("once"))
        {
            second.Doors[name].SetResult(name);
        }

        Assert.Equal("once", (await other.OutcomeAsync().WaitAsync(Patience)).Value);
        await second.UntilAsync(static progress => progress.LiveTrees == 0);
        Assert.Single(second.Doors.Ran, static ran => ran.StartsWith("once", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_schedule_has_fired_counts_as_live_in_the_next_process_however_many_others_wait()
    {
        var start = new DateTimeOffset(2040, 3, 1, 0, 0, 0, TimeSpan.Zero);
        await using (var first = await StartAsync(start, Declare))
        {
            await GatesAsync(first, 10);
            await first.Schedules.ListAsync(); // by now its clock may go on
            await first.AdvanceAsync(TimeSpan.FromHours(1));
            await first.UntilAsync(static progress => progress.LiveTrees == 11);
            await first.Schedules.ListAsync(); // the answer comes behind the commit of what it fired
        }

        await using var second = await StartAsync(start.AddHours(1.5), Declare);
        await second.Schedules.ListAsync();
        await second.AdvanceAsync(TimeSpan.FromHours(1));
        var schedule = (await second.Schedules.FindAsync("hourly"))!;
        Assert.Equal(("overlap", start.AddHours(2)), (schedule.LastSkip?.Reason, schedule.LastSkip?.Occurrence));
        Assert.Equal(11, (await second.Client.ProgressAsync()).LiveTrees);

        static void Declare(TaskRegistry tasks)
        {
            Incarnation.AddAll(tasks);
            tasks.AddSchedule("hourly", Schedule.Cron("0 * * * *"), new Gate("scheduled"), new ScheduleOptions { Overlap = OverlapPolicy.Skip });
        }
    }

    [Fact]
    public async Task A_handle_that_was_let_go_still_tells_of_what_ended_meanwhile()
    {
        await using var engine = await StartAsync();
        var handles = await engine.Client.SubmitManyAsync(Enumerable.Range(0, 10).Select(static length => new Large(length)));
        await engine.UntilAsync(static progress => progress.LiveTrees == 0);

        Assert.Equal("xxxxxxxxx", (await handles[9].OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal(TaskState.Succeeded, (await handles[9].TreeAsync().WaitAsync(Patience)).State);
    }

    private static async Task<IReadOnlyList<TaskHandle<string>>> GatesAsync(Incarnation engine, int count) =>
        await engine.Client.SubmitManyAsync(Enumerable.Range(0, count).Select(static number => new Gate($"{number}")));

    private static async Task LoadedAsync(Incarnation engine, TaskId id)
    {
        while ((await engine.Control.WhyAsync(id))!.Reasons.Any(static reason => reason is WaitReason.InStore))
        {
            await engine.Client.ProgressAsync();
        }
    }

    private Task<Incarnation> StartAsync(DateTimeOffset? clock = null, Action<TaskRegistry>? tasks = null) =>
        Incarnation.StartAsync(Store.Location, tasks, Small, clock);
}

/// <summary>On a file.</summary>
public sealed class BacklogOnSqliteSpec : BacklogSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class BacklogOnPostgreSqlSpec(PostgreSqlServer server) : BacklogSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
