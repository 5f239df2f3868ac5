namespace Actors.Storage.Tests.Engine;

/// <summary>Limits and order of tasks that stand in a store, before and after the process has died.</summary>
public abstract class DurableGatesSpec : EachStoreSpec
{
    [Fact]
    public async Task A_limit_holds_and_what_waited_for_it_runs_after_a_restart()
    {
        await using (var first = await StartAsync(Limited))
        {
            await first.Client.SubmitManyAsync(Enumerable.Range(1, 5).Select(static number => new Gate($"g{number}")));
            await RanAsync(first, 2);
            await CommittedAsync(first);
            Assert.Equal(["g1 1", "g2 1"], first.Doors.Ran.Order());
        }

        await using var second = await StartAsync(Limited);
        for (var ended = 0; ended < 5; ended++)
        {
            await RanAsync(second, Math.Min(5, ended + 1));
            var progress = await second.Client.ProgressAsync();
            Assert.InRange(progress.Count(TaskState.Running), 1, 2);
            second.Doors[second.Doors.Ran.ElementAt(ended).Split(' ')[0]].SetResult("");
        }

        await EndedAsync(second, 5);
        Assert.Equal(5, second.Doors.Ran.Distinct().Count());
    }

    [Fact]
    public async Task The_order_after_a_restart_is_that_in_which_the_tasks_became_real()
    {
        await using (var first = await StartAsync(Ordered))
        {
            await first.Client.SubmitAsync(new Plant(["s1", "s2", "s3"]), new SubmitOptions { Delay = TimeSpan.FromMilliseconds(1) });
            await first.UntilAsync(static progress => progress.Types.Single(static type => type.Type == "Gate")[TaskState.Ready] + progress.Count(TaskState.Running) == 3);
            await first.Client.SubmitAsync(new Gate("last"));
            await RanAsync(first, 1);
            await CommittedAsync(first);
        }

        await using var second = await StartAsync(Ordered);
        foreach (var name in (string[])["s1", "s2", "s3", "last"])
        {
            second.Doors[name].SetResult("");
        }

        await EndedAsync(second, 4);
        Assert.Equal(["s1", "s2", "s3", "last"], second.Doors.Ran.Select(static ran => ran.Split(' ')[0]));
    }

    /// <summary>They become real in one moment, and their rows must tell their order all the same.</summary>
    [Fact]
    public async Task The_order_of_hundreds_that_were_spawned_together_is_kept_over_a_restart()
    {
        string[] names = [.. Enumerable.Range(0, 300).Select(static number => $"s{number}")];
        await using (var first = await StartAsync(Ordered))
        {
            await first.Client.SubmitAsync(new Plant(names));
            await RanAsync(first, 1);
            await CommittedAsync(first);
        }

        await using var second = await StartAsync(Ordered);
        foreach (var name in names)
        {
            second.Doors[name].SetResult("");
        }

        await EndedAsync(second, names.Length);
        Assert.Equal(names, second.Doors.Ran.Select(static ran => ran.Split(' ')[0]));
    }

    [Fact]
    public async Task A_task_that_has_attached_to_another_ends_with_it_after_a_restart_and_the_key_stays_taken()
    {
        var once = new SubmitOptions { Unique = new UniqueTask { Key = "once" } };
        TaskId one, other;
        await using (var first = await StartAsync(Incarnation.AddAll))
        {
            one = (await first.Client.SubmitAsync(new Gate("u"), once)).Id;
            other = (await first.Client.SubmitAsync(new Gate("u"), once)).Id;
            await RanAsync(first, 1);
            await CommittedAsync(first);
        }

        await using var second = await StartAsync(Incarnation.AddAll);
        var third = await second.Client.SubmitAsync(new Gate("u"), once);
        Assert.Equal(one, third.DuplicateOf);
        await RanAsync(second, 1);
        second.Doors["u"].SetResult("the same");
        Assert.Equal("the same", (await third.OutcomeAsync().WaitAsync(Patience)).Value);
        foreach (var id in (TaskId[])[one, other])
        {
            var handle = await second.Client.FindAsync<string>(id);
            Assert.Equal(id == one ? null : one, handle!.DuplicateOf);
            Assert.Equal("the same", (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
            Assert.Equal(1, (await handle.TreeAsync().WaitAsync(Patience)).Tasks);
        }

        Assert.Equal(["u 2"], second.Doors.Ran);
    }

    [Fact]
    public async Task A_task_that_was_skipped_is_known_as_a_duplicate_by_its_id_and_by_its_key_after_it_has_ended_and_after_a_restart()
    {
        var again = new SubmitOptions { Key = "again", Unique = new UniqueTask { Key = "once", WhenDuplicate = WhenDuplicate.Skip } };
        TaskId one, skipped;
        await using (var first = await StartAsync(Incarnation.AddAll))
        {
            one = (await first.Client.SubmitAsync(new Gate("u"), again with { Key = "first" })).Id;
            skipped = (await first.Client.SubmitAsync(new Gate("u"), again)).Id;
            await AssertIsSkippedAsync(first);
        }

        await using var second = await StartAsync(Incarnation.AddAll);
        second.Doors["u"].SetResult("");
        Assert.Null((await second.Client.FindAsync<string>(one))!.DuplicateOf);
        await AssertIsSkippedAsync(second);

        async Task AssertIsSkippedAsync(Incarnation engine)
        {
            var byKey = await engine.Client.SubmitAsync(new Gate("u"), again);
            var byId = await engine.Client.FindAsync<string>(skipped);
            foreach (var handle in (TaskHandle<string>[])[byKey, byId!])
            {
                Assert.True((await handle.OutcomeAsync().WaitAsync(Patience)).IsCancelled);
                Assert.Equal((skipped, one), (handle.Id, handle.DuplicateOf));
                Assert.Equal(1, (await handle.TreeAsync().WaitAsync(Patience)).Cancelled);
            }
        }
    }

    [Fact]
    public async Task One_key_that_is_submitted_twice_at_once_and_skipped_at_once_is_one_tree()
    {
        await using var engine = await StartAsync(Incarnation.AddAll);
        var one = await engine.Client.SubmitAsync(new Gate("u"), new SubmitOptions { Unique = new UniqueTask { Key = "once" } });
        var again = new SubmitOptions { Key = "again", Unique = new UniqueTask { Key = "once", WhenDuplicate = WhenDuplicate.Skip } };
        var handles = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.Client.SubmitAsync(new Gate("u"), again)));
        foreach (var handle in handles)
        {
            Assert.True((await handle.OutcomeAsync().WaitAsync(Patience)).IsCancelled);
            Assert.Equal((handles[0].Id, one.Id), (handle.Id, handle.DuplicateOf));
        }

        await CommittedAsync(engine);
        await engine.CrashAsync();
        using var store = Store.NewStore();
        var verification = new StoreVerification(Assert.Fail);
        verification.Run(store.ReadAll(), store.Info());
        Assert.Equal(3, verification.Tasks); // with the one that shows that all is committed
    }

    [Fact]
    public async Task What_has_attached_stays_so_over_a_restart_though_the_period_is_over()
    {
        var start = new DateTimeOffset(2040, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var once = new SubmitOptions { Unique = new UniqueTask { Key = "once", Period = TimeSpan.FromMinutes(1) } };
        TaskId other;
        await using (var first = await Incarnation.StartAsync(Store.Location, clock: start))
        {
            await first.Client.SubmitAsync(new Gate("u"), once);
            other = (await first.Client.SubmitAsync(new Gate("u"), once)).Id;
            await RanAsync(first, 1);
            await CommittedAsync(first);
        }

        await using var second = await Incarnation.StartAsync(Store.Location, clock: start.AddMinutes(10));
        await RanAsync(second, 1);
        var handle = await second.Client.FindAsync<string>(other);
        second.Doors["u"].SetResult("the same");
        Assert.Equal("the same", (await handle!.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Single(second.Doors.Ran);
    }

    [Fact]
    public async Task What_has_ended_keeps_its_key_for_its_period_over_restarts_and_gives_its_result()
    {
        var start = new DateTimeOffset(2040, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var once = new SubmitOptions { Unique = new UniqueTask { Key = "once", Among = UniqueAmong.LiveOrEnded, Period = TimeSpan.FromHours(1) } };
        TaskId one, failed;
        await using (var first = await Incarnation.StartAsync(Store.Location, clock: start))
        {
            var gate = await first.Client.SubmitAsync(new Gate("u"), once);
            first.Doors["u"].SetResult("the result");
            await gate.TreeAsync().WaitAsync(Patience);
            first.Doors.Broken["p"] = true;
            var piece = await first.Client.SubmitAsync(new Piece("p"), once);
            Assert.True((await piece.OutcomeAsync().WaitAsync(Patience)).IsFailed);
            (one, failed) = (gate.Id, piece.Id);
        }

        await using (var second = await Incarnation.StartAsync(Store.Location, clock: start.AddMinutes(59)))
        {
            var gate = await second.Client.SubmitAsync(new Gate("u"), once);
            Assert.Equal("the result", (await gate.OutcomeAsync().WaitAsync(Patience)).Value);
            Assert.Equal(one, gate.DuplicateOf);
            var piece = await second.Client.SubmitAsync(new Piece("p"), once);
            Assert.Equal(failed, (await piece.OutcomeAsync().WaitAsync(Patience)).Failure!.TaskId);
            Assert.Empty(second.Doors.Ran);
        }

        await using var third = await Incarnation.StartAsync(Store.Location, clock: start.AddMinutes(61));
        var again = await third.Client.SubmitAsync(new Gate("u"), once);
        third.Doors["u"].SetResult("another");
        Assert.Equal("another", (await again.OutcomeAsync().WaitAsync(Patience)).Value);
        await third.CrashAsync();
        using var store = Store.NewStore();
        Assert.Single(store.ReadFacts("unique/")); // of the last one
    }

    private static void Limited(TaskRegistry tasks)
    {
        Incarnation.AddAll(tasks);
        tasks.Configure<Gate>(static type => type.WithLimit("gates", 2));
    }

    private static void Ordered(TaskRegistry tasks)
    {
        Incarnation.AddAll(tasks);
        tasks.Configure<Gate>(static type => type.WithOrder<Gate>("gates", static _ => "all"));
    }

    private Task<Incarnation> StartAsync(Action<TaskRegistry> tasks) => Incarnation.StartAsync(Store.Location, tasks);

    private static async Task CommittedAsync(Incarnation engine) => await (await engine.Client.SubmitAsync(new Large(1))).OutcomeAsync().WaitAsync(Patience);

    private static Task<EngineProgress> RanAsync(Incarnation engine, int count) => engine.UntilAsync(_ => engine.Doors.Ran.Count >= count);

    private static Task<EngineProgress> EndedAsync(Incarnation engine, long count) => engine.UntilAsync(progress => progress.Count(TaskState.Succeeded) == count);
}

/// <summary>Spawns gates of those names.</summary>
public sealed record Plant(string[] Names) : ITask;

/// <summary>Spawns gates.</summary>
public sealed class PlantHandler : ITaskHandler<Plant, Unit>
{
    /// <inheritdoc/>
    public Ending<Unit> Handle(Plant task, TaskContext context)
    {
        context.SpawnMany(task.Names.Select(static name => new Gate(name)));
        return context.Done();
    }
}

/// <summary>On a file.</summary>
public sealed class DurableGatesOnSqliteSpec : DurableGatesSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class DurableGatesOnPostgreSqlSpec(PostgreSqlServer server) : DurableGatesSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
