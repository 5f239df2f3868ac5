namespace Actors.Storage.Tests.Engine;

/// <summary>What a user sees of an engine whose tasks stand in a store, whatever the kind of store.</summary>
public abstract class DurableEngineSpec : EachStoreSpec
{
    [Fact]
    public async Task A_tree_of_joins_and_folds_ends_and_stands_in_the_store()
    {
        await using var engine = await StartAsync();
        var handle = await engine.Client.SubmitAsync(new Count(4, 5));

        var tree = await handle.TreeAsync().WaitAsync(Patience);

        Assert.Equal(625, (await handle).Value);
        Assert.Equal(937, tree.Tasks);
        await engine.CrashAsync();
        var rows = Store.Rows();
        Assert.Equal(937, rows.Count);
        Assert.All(rows, static row => Assert.Equal(TaskState.Succeeded, row.State));
        Assert.Equal(937, rows.Select(static row => row.EndedOrder).Distinct().Count());
    }

    [Fact]
    public async Task What_was_running_runs_again_and_its_tree_goes_on()
    {
        TaskId id;
        await using (var first = await StartAsync())
        {
            id = (await first.Client.SubmitAsync(new EarlyGate("a"), new SubmitOptions { WhenDone = new Ring("a") })).Id;
            await RanAsync(first, "a.child 1");
            first.Doors["a.child"].SetResult("before the crash");
            await EndedAsync(first, 1);
            await CommittedAsync(first);
        }

        await using var second = await StartAsync();
        await RanAsync(second, "a 2");
        second.Doors["a"].SetResult("");
        var handle = await second.Client.FindAsync<string>(id);

        Assert.Equal("before the crash", (await handle!.OutcomeAsync().WaitAsync(Patience)).Value);
        var tree = await handle.TreeAsync().WaitAsync(Patience);
        Assert.Equal(4, tree.Succeeded);
        Assert.Equal(["a 2", "ring a"], second.Doors.Ran);
    }

    [Fact]
    public async Task A_key_names_one_tree_also_when_it_has_ended_in_another_process()
    {
        var options = new SubmitOptions { Key = "once" };
        await using (var first = await StartAsync())
        {
            first.Doors["k"].SetResult("first");
            Assert.Equal("first", (await (await first.Client.SubmitAsync(new Gate("k"), options)).OutcomeAsync().WaitAsync(Patience)).Value);
        }

        await using var second = await StartAsync();
        second.Doors["k"].SetResult("second");
        var handles = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => second.Client.SubmitAsync(new Gate("k"), options)));

        foreach (var handle in handles)
        {
            Assert.Equal("first", (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
            Assert.Equal(1, (await handle.TreeAsync().WaitAsync(Patience)).Tasks);
        }

        Assert.Empty(second.Doors.Ran);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Client.SubmitAsync(new Large(1), options));
        Assert.Null(await second.Client.FindAsync<string>(TaskId.FromKey("never")));
    }

    [Fact]
    public async Task A_retry_is_not_earlier_because_the_process_died()
    {
        TaskId id;
        var rest = TimeSpan.FromSeconds(3);
        await using (var first = await StartAsync())
        {
            id = (await first.Client.SubmitAsync(new Stubborn(2, rest))).Id;
            await first.UntilAsync(static progress => progress.Count(TaskState.Scheduled) == 1);
            await CommittedAsync(first);
        }

        await using var second = await StartAsync();
        var handle = await second.Client.FindAsync<int>(id);
        Assert.Equal(2, (await handle!.OutcomeAsync().WaitAsync(Patience)).Value);
        await second.CrashAsync();
        var row = Assert.Single(Store.Rows(), static row => row.Type == nameof(Stubborn));
        Assert.True(row.EndedAt - row.CreatedAt >= rest.Ticks, $"{TimeSpan.FromTicks(row.EndedAt - row.CreatedAt)}");
    }

    [Fact]
    public async Task A_join_keeps_what_it_has_different_from_its_type_over_a_restart()
    {
        var start = new DateTimeOffset(2040, 3, 1, 0, 0, 0, TimeSpan.Zero);
        TaskId id;
        await using (var first = await Incarnation.StartAsync(Store.Location, clock: start))
        {
            first.Doors.Broken["+whole"] = false; // and may pass
            id = (await first.Client.SubmitAsync(new Piece("whole", [new Piece("part")], "thrice"))).Id;
            await first.UntilAsync(static progress => progress.Count(TaskState.Scheduled) == 1);
        }

        await using var second = await Incarnation.StartAsync(Store.Location, clock: start.AddMinutes(59));
        second.Doors.Broken["+whole"] = false; // and may pass
        var handle = await second.Client.FindAsync<string>(id);
        await second.AdvanceAsync(TimeSpan.FromMinutes(1));
        await second.UntilAsync(progress => second.Doors.Ran.Count == 1 && progress.Count(TaskState.Scheduled) == 1);
        second.Doors.Broken.Clear();
        await second.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal("whole(part)", (await handle!.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal(["+whole", "+whole"], second.Doors.Ran);
    }

    [Fact]
    public async Task A_cancelled_tree_stays_cancelled()
    {
        TaskId id;
        await using (var first = await StartAsync())
        {
            var handle = await first.Client.SubmitAsync(new Gate("c"));
            id = handle.Id;
            await RanAsync(first, "c 1");
            Assert.True(await handle.CancelAsync());
        }

        await using var second = await StartAsync();
        var found = await second.Client.FindAsync<string>(id);
        Assert.True((await found!.OutcomeAsync().WaitAsync(Patience)).IsCancelled);
        Assert.Equal(TaskState.Cancelled, (await found.TreeAsync().WaitAsync(Patience)).State);
        Assert.Empty(second.Doors.Ran);
    }

    [Fact]
    public async Task What_dies_with_the_process_three_times_is_quarantined_and_nothing_else_is()
    {
        TaskId poison, innocent;
        await using (var first = await StartAsync())
        {
            poison = (await first.Client.SubmitAsync(new Gate("p"))).Id;
            innocent = (await first.Client.SubmitAsync(new Gate("i"))).Id;
            await RanAsync(first, "p 1");
            await RanAsync(first, "i 1");
        }

        for (var attempt = 2; attempt <= 3; attempt++)
        {
            await using var next = await StartAsync();
            next.Doors["i"].SetResult("innocent");
            await RanAsync(next, $"p {attempt}");
            await (await next.Client.FindAsync<string>(innocent))!.OutcomeAsync().WaitAsync(Patience);
        }

        await using (var last = await StartAsync())
        {
            await QuarantinedAsync(last, poison, innocent);
        }

        var listed = Assert.Single(StoreAdministration.Quarantined(Store.Location));
        Assert.Equal((poison, poison, nameof(Gate), 3), (listed.Id, listed.RootId, listed.Type, listed.Attempts));
        var released = StoreAdministration.Retry(Store.Location, poison, poison, "somebody");
        Assert.Empty(StoreAdministration.Quarantined(Store.Location));
        await using var again = await StartAsync();
        await RanAsync(again, "p 1");
        again.Doors["p"].SetResult("cured");
        Assert.Equal("cured", (await (await again.Client.FindAsync<string>(released))!.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal(["p 1"], again.Doors.Ran);
    }

    private static async Task QuarantinedAsync(Incarnation last, TaskId poison, TaskId innocent)
    {
        var outcome = await (await last.Client.FindAsync<string>(poison))!.OutcomeAsync().WaitAsync(Patience);
        Assert.Equal(FailureKind.Quarantined, outcome.Failure!.Kind);
        Assert.Equal(3, outcome.Failure.Attempt);
        Assert.DoesNotContain(last.Doors.Ran, static ran => ran.StartsWith('p'));
        Assert.Equal("innocent", (await (await last.Client.FindAsync<string>(innocent))!.OutcomeAsync().WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task Too_large_a_message_is_refused_at_once_and_too_large_a_result_fails_its_task()
    {
        await using var engine = await StartAsync();
        var refused = await Assert.ThrowsAsync<PayloadException>(() => engine.Client.SubmitAsync(new Gate(new string('x', 1 << 20))));
        Assert.Contains("'Gate'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);

        Assert.Equal((1 << 20) - 2, (await (await engine.Client.SubmitAsync(new Large((1 << 20) - 2))).OutcomeAsync().WaitAsync(Patience)).Value.Length);
        var outcome = await (await engine.Client.SubmitAsync(new Large((1 << 20) - 1))).OutcomeAsync().WaitAsync(Patience);
        Assert.Equal(FailureKind.Payload, outcome.Failure!.Kind);
        Assert.Contains("'Large'", outcome.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_nobody_knows_any_more_is_kept_until_somebody_does()
    {
        TaskId gate;
        await using (var first = await StartAsync())
        {
            gate = (await first.Client.SubmitAsync(new Gate("g"))).Id;
            await RanAsync(first, "g 1");
        }

        await using (var second = await Incarnation.StartAsync(Store.Location, static tasks => tasks.AddHandler<LargeHandler>()))
        {
            Assert.Equal(4, (await (await second.Client.SubmitAsync(new Large(4))).OutcomeAsync().WaitAsync(Patience)).Value.Length);
        }

        await using var third = await Incarnation.StartAsync(
            Store.Location, static tasks => tasks.AddHandler<GateHandler>().Configure<Gate>(static type => type with { Name = "portal", FormerNames = ["Gate"] }));
        third.Doors["g"].SetResult("open");
        Assert.Equal("open", (await (await third.Client.FindAsync<string>(gate))!.OutcomeAsync().WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_fails_its_task_and_stops_nothing()
    {
        TaskId id;
        await using (var first = await StartAsync())
        {
            id = (await first.Client.SubmitAsync(new Gate("g"), new SubmitOptions { Delay = TimeSpan.FromSeconds(1) })).Id;
        }

        Store.Change("UPDATE task SET payload = '{\"Name\":17}'");
        await using var second = await StartAsync();
        var outcome = await (await second.Client.FindAsync<string>(id))!.OutcomeAsync().WaitAsync(Patience);
        Assert.Equal(FailureKind.Payload, outcome.Failure!.Kind);
        Assert.Contains("'Gate'", outcome.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(25, (await (await second.Client.SubmitAsync(new Count(2, 5))).OutcomeAsync().WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task A_second_process_is_refused_or_takes_over_and_the_first_one_stops()
    {
        await using var first = await StartAsync();
        var handle = await first.Client.SubmitAsync(new Gate("t"));
        await RanAsync(first, "t 1");

        var refused = await Assert.ThrowsAsync<StoreException>(StartAsync);
        Assert.True(refused.Message.Contains($"process {Environment.ProcessId} on", StringComparison.Ordinal), refused.ToString());

        await using var second = await Incarnation.StartAsync(Store.Location, hocon: "actors.store.take-over = on");
        first.Doors["t"].SetResult("too late");
        var stopped = await Assert.ThrowsAsync<EngineStoppedException>(() => handle.OutcomeAsync().WaitAsync(Patience));
        Assert.IsType<StoreFencedException>(stopped.InnerException);
        await first.Ended.WaitAsync(Patience);

        second.Doors["t"].SetResult("from the second");
        var found = await second.Client.FindAsync<string>(handle.Id);
        Assert.Equal("from the second", (await found!.OutcomeAsync().WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task What_is_encrypted_cannot_be_read_in_the_file_and_comes_back_all_the_same()
    {
        TaskId id;
        await using (var first = await Incarnation.StartAsync(Store.Location, Protected))
        {
            id = (await first.Client.SubmitAsync(new Gate("a secret name"))).Id;
            await RanAsync(first, "a secret name 1");
        }

        Assert.All(Store.Rows(), static row => Assert.StartsWith("enc:", System.Text.Encoding.UTF8.GetString(row.Payload!), StringComparison.Ordinal));
        await using var second = await Incarnation.StartAsync(Store.Location, Protected);
        await RanAsync(second, "a secret name 2");
        second.Doors["a secret name"].SetResult("done");
        Assert.Equal("done", (await (await second.Client.FindAsync<string>(id))!.OutcomeAsync().WaitAsync(Patience)).Value);

        static void Protected(TaskRegistry tasks)
        {
            Incarnation.AddAll(tasks);
            tasks.ProtectPayloads(new Inverter());
        }
    }

    private Task<Incarnation> StartAsync() => Incarnation.StartAsync(Store.Location);

    /// <summary>Progress runs ahead of the store. What is accepted now is committed after all that was before.</summary>
    private static async Task CommittedAsync(Incarnation engine) => await engine.Client.SubmitAsync(new Large(1));

    private static Task<EngineProgress> RanAsync(Incarnation engine, string what) => engine.UntilAsync(_ => engine.Doors.Ran.Contains(what));

    private static Task<EngineProgress> EndedAsync(Incarnation engine, long count) => engine.UntilAsync(progress => progress.Count(TaskState.Succeeded) == count);

    private sealed class Inverter : IPayloadProtector
    {
        public byte[] Protect(ReadOnlySpan<byte> plain) => [.. plain.ToArray().Select(static octet => (byte)~octet)];

        public byte[] Unprotect(ReadOnlySpan<byte> secret) => Protect(secret);
    }
}
