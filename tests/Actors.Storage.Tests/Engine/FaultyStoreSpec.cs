using Actors.Simulation.Stores;

namespace Actors.Storage.Tests.Engine;

/// <summary>A store that refuses, that is slow, that loses its answers, under an engine at work.</summary>
public sealed class FaultyStoreSpec
{
    private const string Hocon = MemoryStoreProvider.Hocon + "akka.loglevel = OFF\nactors.store.retry-min = 1ms\nactors.store.retry-max = 5ms";
    private static readonly TimeSpan Patience = EachStoreSpec.Patience;

    [Theory]
    [InlineData(nameof(StoreFault.Refused))]
    [InlineData(nameof(StoreFault.NoAnswer))]
    public async Task A_commit_whose_fate_is_unknown_is_neither_lost_nor_written_twice(string fault)
    {
        var name = $"unknown fate {fault}";
        var place = MemoryStoreProvider.PlaceOf(name);
        var (chance, hits) = (new Random(7), 0);
        place.Faults = call =>
        {
            if (call is StoreCall.Open or StoreCall.ReadLiveTrees or StoreCall.ReadWindow or StoreCall.ReadAll || chance.Next(3) > 0)
            {
                return StoreFault.None;
            }

            hits++;
            return Enum.Parse<StoreFault>(fault);
        };
        await using (var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon))
        {
            var handles = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => engine.Client.SubmitAsync(new Count(3, 4), new SubmitOptions { Key = $"{number}" })));
            foreach (var handle in handles)
            {
                Assert.Equal(64, (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
                Assert.Equal(106, (await handle.TreeAsync().WaitAsync(Patience)).Succeeded);
            }
        }

        Assert.True(hits > 10, $"{hits} fault(s)");
        Check(place, 20 * 106);
    }

    [Fact]
    public async Task A_question_that_fails_and_is_answered_later_says_nothing_of_the_commit_behind_it()
    {
        const string name = "question";
        var place = MemoryStoreProvider.PlaceOf(name);
        using var isBehind = new ManualResetEventSlim();
        using var mayCommit = new ManualResetEventSlim();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var committing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        place.Faults = call =>
        {
            if (call == StoreCall.Find && asked.TrySetResult())
            {
                isBehind.Wait(Patience);
                return StoreFault.Refused;
            }

            if (call == StoreCall.Commit)
            {
                committing.TrySetResult();
                mayCommit.Wait(Patience);
            }

            return StoreFault.None;
        };
        var unknown = engine.Client.FindAsync<long>(TaskId.FromKey("nobody"));
        await asked.Task.WaitAsync(Patience);
        var submitted = engine.Client.SubmitAsync(new Count(1, 2));
        await engine.Client.ProgressAsync(); // the submission has been heard, and its commit is sent
        isBehind.Set();

        await committing.Task.WaitAsync(Patience); // so the store has answered the question meanwhile
        await engine.Client.ProgressAsync();
        Assert.False(submitted.IsCompleted, "It was acknowledged before its commit.");

        mayCommit.Set();
        var handle = await submitted.WaitAsync(Patience);
        Assert.Equal(2, (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Null(await unknown.WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_asks_for_a_tree_hears_no_outcome_before_that_is_committed()
    {
        const string name = "hearsay";
        var place = MemoryStoreProvider.PlaceOf(name);
        using var mayCommit = new ManualResetEventSlim();
        await using var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        var gate = await engine.Client.SubmitAsync(new Gate("gate"), new SubmitOptions { WhenDone = new Ring("done") });
        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("gate 1"));
        place.Hold(StoreCall.Commit, mayCommit);
        engine.Doors["gate"].SetResult("opened");
        await engine.UntilAsync(static progress => progress.Count(TaskState.Succeeded) == 1); // the ledger knows that the root has ended, and no commit tells of it

        var found = engine.Client.FindAsync<string>(gate.Id);
        await engine.Client.ProgressAsync();
        Assert.False(found.IsCompleted, "It was found as it is not committed.");

        mayCommit.Set();
        Assert.Equal("opened", (await (await found.WaitAsync(Patience))!.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal(2, (await gate.TreeAsync().WaitAsync(Patience)).Succeeded);
    }

    [Fact]
    public async Task An_engine_has_not_drained_before_what_has_ended_is_committed()
    {
        const string name = "drain";
        var place = MemoryStoreProvider.PlaceOf(name);
        using var mayCommit = new ManualResetEventSlim();
        await using var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        var gate = await engine.Client.SubmitAsync(new Gate("gate"));
        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("gate 1"));
        place.Hold(StoreCall.Commit, mayCommit);
        engine.Doors["gate"].SetResult("opened");
        await engine.UntilAsync(static progress => progress.LiveTrees == 0);
        var drained = engine.Client.DrainAsync(DrainMode.FinishTrees, Patience);
        await engine.Client.ProgressAsync();
        Assert.False(drained.IsCompleted, "It has drained, and the end of the last task is not committed.");

        mayCommit.Set();
        Assert.Empty((await drained.WaitAsync(Patience)).Left);
        Assert.Equal("opened", (await gate.OutcomeAsync().WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task What_is_asked_for_while_live_trees_are_still_read_waits_until_they_are_back()
    {
        const string name = "recovering";
        var place = MemoryStoreProvider.PlaceOf(name);
        TaskId cancelled, kept;
        var key = new SubmitOptions { Key = "kept" };
        await using (var first = await Incarnation.StartAsync("shared:" + name, hocon: Hocon))
        {
            kept = (await first.Client.SubmitAsync(new Gate("kept"), key)).Id;
            cancelled = (await first.Client.SubmitAsync(new Gate("cancelled"))).Id;
        }

        using var mayRead = new ManualResetEventSlim();
        place.Hold(StoreCall.ReadWindow, mayRead);
        await using var second = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        var cancelling = second.Client.CancelAsync(cancelled);
        var attaching = second.Client.SubmitAsync(new Gate("kept"), key);
        Assert.True((await second.Client.ProgressAsync()).Store!.IsRecovering);
        Assert.False(cancelling.IsCompleted, "It is known, and not back yet.");

        mayRead.Set();
        Assert.True(await cancelling.WaitAsync(Patience));
        var handle = await attaching.WaitAsync(Patience);
        Assert.Equal(kept, handle.Id);
        second.Doors["kept"].SetResult("kept");
        Assert.Equal("kept", (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
        await second.UntilAsync(static progress => progress.LiveTrees == 0);
        place.Crash();
        Assert.Equal(2, place.State!.Trees.Count);
    }

    [Fact]
    public async Task A_store_that_was_away_while_nothing_was_written_is_back_without_a_commit()
    {
        const string name = "pruning";
        var place = MemoryStoreProvider.PlaceOf(name);
        var (isAway, commits, mayComeBack) = (0, 0, false);
        await using var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon + "\nactors.store.retention.interval = 10ms");
        place.Faults = call =>
        {
            commits += call == StoreCall.Commit ? 1 : 0;
            return call switch
            {
                StoreCall.Prune when Interlocked.Exchange(ref isAway, 1) == 0 => StoreFault.Refused,
                StoreCall.Reconnect when !Volatile.Read(ref mayComeBack) => StoreFault.Refused,
                _ => StoreFault.None,
            };
        };
        await engine.UntilAsync(static progress => progress.Store!.AwayFor is not null);
        Volatile.Write(ref mayComeBack, true);
        await engine.UntilAsync(static progress => progress.Store!.AwayFor is null);
        Assert.Equal(0, commits);
    }

    [Fact]
    public async Task Whoever_loses_the_process_at_any_commit_finds_every_tree_in_the_next()
    {
        const string name = "deaths";
        var place = MemoryStoreProvider.PlaceOf(name);
        var commits = 0;
        for (var life = 1; place.State is not { LiveTrees: 0, Trees.Count: 10 }; life++)
        {
            Assert.True(life < 300, "It does not come to an end.");
            var left = 2 + (life % 17);
            place.Faults = call => call == StoreCall.Commit && Interlocked.Decrement(ref left) < 0 ? StoreFault.Refused : StoreFault.None;
            await using (var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon + "\nactors.worker-losses-max = 1000\nactors.suspect-alone = 5ms"))
            {
                var work = Task.WhenAll(Enumerable.Range(0, 10).Select(async number =>
                    await (await engine.Client.SubmitAsync(new Count(3, 4), new SubmitOptions { Key = $"{number}" })).TreeAsync()));
                var away = Task.Run(async () =>
                {
                    await foreach (var progress in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(1)))
                    {
                        if (progress.Store!.AwayFor is not null)
                        {
                            return;
                        }
                    }
                });
                await Task.WhenAny(work, away).WaitAsync(Patience);
                commits += 2 + (life % 17);
            }

            place.Crash();
        }

        Assert.True(commits > 20);
        Check(place, 10 * 106);
    }

    private static void Check(MemoryPlace place, int tasks)
    {
        place.Faults = static _ => StoreFault.None;
        var store = place.NewStore();
        var wrong = new List<string>();
        var verification = new StoreVerification(wrong.Add);
        verification.Run(store.ReadAll(), store.Info());
        Assert.Empty(wrong);
        Assert.Equal(tasks, verification.Tasks);
        Assert.All(place.State!.Trees.Values.SelectMany(static tree => tree), static row => Assert.Equal(TaskState.Succeeded, row.State));
    }
}
