using System.Text;
using Actors.Simulation.Stores;
using Actors.Storage.Tests.Engine;

namespace Actors.Storage.Tests.Stores;

/// <summary>What every store does, as <see cref="ITaskStore"/> says.</summary>
public abstract class TaskStoreConformance : IAsyncLifetime
{
    private static readonly long Now = new DateTime(2026, 3, 29, 1, 59, 59, DateTimeKind.Utc).Ticks + 1234560;
    private IStorePlace _place = null!;

    /// <summary>An empty place.</summary>
    internal abstract Task<IStorePlace> NewPlaceAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => _place = await NewPlaceAsync();

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _place.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void A_row_comes_back_as_it_was_written()
    {
        using var store = Opened();
        TaskRow[] rows =
        [
            Root(1) with
            {
                Id = new TaskId(ulong.MaxValue, 1), Payload = Utf8("{\"a\":\"ä\\u0000€𝄞\"}"), Options = Utf8("{}"), Flags = TaskFlags.HasEarly | TaskFlags.Suspect, State = TaskState.Scheduled,
                DueAt = Now + 10, Attempt = int.MaxValue, Losses = 7, Counts = Utf8("{\"tasks\":2}"),
            },
            Child(1, 1) with { Join = 0, Place = int.MaxValue, Joins = Utf8("{\"policy\":\"All\"}"), Payload = Utf8($"\"{new string('x', 1 << 20)}\""), Flags = TaskFlags.Early },
            Root(long.MaxValue) with { Id = new TaskId(0, 0), Type = "Ünïcode<name>", Payload = null },
        ];
        var batch = Batch(1, rows);
        batch.Opened.AddRange([1, long.MaxValue]);
        store.Commit(batch);

        Assert.Equal(rows, Read(store.ReadAll()), Same);

        var ended = rows[1] with { State = TaskState.Failed, EndedAt = Now + 20, EndedOrder = 1, Outcome = Utf8("{\"message\":\"no\"}"), Attempt = 3, Flags = 0 };
        var change = new StoreBatch { Number = 2 };
        change.Changed.Add(ended);
        change.Trees.Add(new TreeRow(1, Utf8("{\"tasks\":2,\"live\":1}"), TaskRow.None));
        store.Commit(change);

        Assert.Equal([rows[0] with { Counts = Utf8("{\"tasks\":2,\"live\":1}") }, ended, rows[2]], Read(store.ReadAll()), Same);
    }

    [Fact]
    public void Live_trees_are_read_whole_in_the_order_of_their_numbers_and_no_others()
    {
        using var store = Opened();
        var batch = Batch(1, Root(3), Child(3, 1) with { State = TaskState.Succeeded, EndedAt = Now, EndedOrder = 1 }, Root(1), Root(2), Child(3, 2));
        batch.Opened.AddRange([3, 1, 2]);
        store.Commit(batch);
        var close = new StoreBatch { Number = 2 };
        close.Closed.Add(1);
        close.Changed.Add(Root(1) with { State = TaskState.Succeeded, EndedAt = Now, EndedOrder = 1, TreeEndedAt = Now });
        store.Commit(close);

        Assert.Equal([(2, 0), (3, 0), (3, 1), (3, 2)], Read(store.ReadLiveTrees(long.MaxValue)).Select(static row => ((int)row.Tree, (int)row.Number)));
        Assert.Equal([2], Read(store.ReadLiveTrees(3)).Select(static row => (int)row.Tree));
    }

    [Fact]
    public void A_reader_sees_one_moment_though_the_writer_goes_on()
    {
        using var store = Opened();
        store.Commit(Batch(1, Root(1), Root(2), Root(3)));
        using var reader = store.ReadAll();
        var window = new TaskRow[1];
        Assert.Equal(1, reader.Read(window));

        var batch = Batch(2, Root(4));
        batch.Changed.Add(Root(3) with { State = TaskState.Cancelled });
        store.Commit(batch);

        Assert.Equal(1, reader.Read(window));
        Assert.Equal(1, reader.Read(window));
        Assert.Equal(TaskState.Ready, window[0].State);
        Assert.Equal(0, reader.Read(window));
    }

    [Fact]
    public void A_batch_is_written_whole_or_not_at_all()
    {
        using var store = Opened();
        store.Commit(Batch(1, Root(1)));
        var twice = Batch(2, Root(2), Root(3), Root(1) with { Attempt = 9 });
        twice.Opened.Add(2);

        Assert.ThrowsAny<Exception>(() => store.Commit(twice));

        Assert.Equal(1, store.Reconnect());
        Assert.Equal(Root(1), Assert.Single(Read(store.ReadAll())), Same);
        Assert.Empty(Read(store.ReadLiveTrees(long.MaxValue)));
        store.Commit(Batch(2, Root(2)));
        Assert.Equal(2, store.Reconnect());
    }

    [Fact]
    public void What_is_to_be_changed_and_is_not_there_is_damage()
    {
        using var store = Opened();
        var batch = new StoreBatch { Number = 1 };
        batch.Changed.Add(Root(5));
        Assert.Throws<StoreException>(() => store.Commit(batch));
    }

    [Fact]
    public void A_second_owner_is_refused_while_the_first_lives_and_not_after()
    {
        var first = Opened("the first");
        using (var second = _place.NewStore())
        {
            Assert.Contains("the first", Assert.Throws<StoreException>(() => second.Open("the second", takeOver: false)).Message, StringComparison.Ordinal);
        }

        Assert.True(_place.NewStore().Info().IsInUse);
        first.Commit(Batch(1, Root(1)));
        first.Dispose();
        using var third = _place.NewStore();
        Assert.False(third.Info().IsInUse);
        Assert.Equal(2, third.Open("the third", takeOver: false).Epoch);
        Assert.Single(Read(third.ReadAll()));
    }

    [Fact]
    public void Who_was_taken_over_writes_nothing_any_more()
    {
        using var first = Opened();
        first.Commit(Batch(1, Root(1)));
        using var second = _place.NewStore();
        second.Open("the second", takeOver: true);

        Assert.Throws<StoreFencedException>(() => first.Commit(Batch(2, Root(2))));
        Assert.Throws<StoreFencedException>(() => first.Reconnect());
        Assert.Throws<StoreFencedException>(() => first.Prune(new PruneRule(long.MaxValue, long.MaxValue, 0), 100));
        second.Commit(Batch(1, Root(3)));
        Assert.Equal([1, 3], Read(second.ReadAll()).Select(static row => (int)row.Tree));

        using var third = _place.NewStore();
        Assert.Throws<StoreException>(() => third.Open("the third", takeOver: false));
    }

    [Fact]
    public void What_was_running_is_suspect_when_the_store_is_opened_again()
    {
        using (var first = Opened())
        {
            var batch = Batch(1, Root(1), Root(2), Root(3) with { Attempt = 4, Losses = 1 }, Root(4));
            batch.Opened.AddRange([1, 2, 3, 4]);
            batch.Running.Add(new RunningRow(1, [new RunningTask(1, 0, 1), new RunningTask(2, 0, 1)]));
            batch.Running.Add(new RunningRow(2, [new RunningTask(3, 0, 5)]));
            batch.NextTree = 5;
            batch.LiveTrees = batch.LiveTasks = 4;
            first.Commit(batch);
            var next = new StoreBatch { Number = 2, NextTree = 5, LiveTrees = 4, LiveTasks = 4 };
            next.Running.Add(new RunningRow(1, [new RunningTask(2, 0, 1)]));
            next.Running.Add(new RunningRow(3, null));
            first.Commit(next);
        }

        using var second = _place.NewStore();
        var opening = second.Open("again", takeOver: false);
        Assert.Equal((2, 5, 4, 4, 2), (opening.Epoch, opening.NextTree, opening.LiveTrees, opening.LiveTasks, opening.Suspects));
        var rows = Read(second.ReadAll());
        Assert.Equal([(0, 0, false), (1, 1, true), (5, 2, true), (0, 0, false)], rows.Select(static row => (row.Attempt, row.Losses, row.Flags.HasFlag(TaskFlags.Suspect))));
        second.Dispose();

        using var third = _place.NewStore();
        Assert.Equal(0, third.Open("once more", takeOver: false).Suspects);
    }

    [Fact]
    public void Roots_and_tasks_are_found_by_their_ids()
    {
        using var store = Opened();
        store.Commit(Batch(1, Root(1), Child(1, 1), Root(2)));

        Assert.Equal([2], store.FindRoots([Root(2).Id, Child(1, 1).Id, TaskId.FromKey("none")]).Select(static row => (int)row.Tree));
        Assert.Equal(1, store.Find(Root(1).Id, Child(1, 1).Id)!.Value.Number);
        Assert.Equal(0, store.Find(Root(1).Id, Root(1).Id)!.Value.Number);
        Assert.Null(store.Find(Root(2).Id, Child(1, 1).Id));
    }

    [Fact]
    public void Finished_trees_are_deleted_by_age_and_outcome_and_live_ones_never()
    {
        using var store = Opened();
        var batch = Batch(
            1,
            Ended(1, TaskState.Succeeded, 100), Ended(2, TaskState.Failed, 100), Ended(3, TaskState.Cancelled, 100), Root(4) with { CreatedAt = Now - TimeSpan.FromDays(300).Ticks }, Ended(5, TaskState.Succeeded, 10),
            Ended(6, TaskState.Succeeded, 100) with { Counts = Utf8("{\"tasks\":4,\"state\":\"Failed\"}") }, Child(6, 1), Child(6, 2), Child(6, 3), Ended(7, TaskState.Succeeded, 100));
        batch.Opened.Add(4);
        store.Commit(batch);
        var rule = new PruneRule(Now - TimeSpan.FromDays(50).Ticks, Now - TimeSpan.FromDays(200).Ticks, 0);

        Assert.Equal(new PruneStep(TaskRow.None, 3, 3), PruneAll(store, rule, 2));
        Assert.Equal([2, 4, 5, 6, 6, 6, 6], Read(store.ReadAll()).Select(static row => (int)row.Tree));
        Assert.Equal(new PruneStep(TaskRow.None, 2, 5), PruneAll(store, rule with { FailedBefore = rule.SucceededBefore }, 3));
        Assert.Equal([4, 5], Read(store.ReadAll()).Select(static row => (int)row.Tree));
        store.Commit(Batch(2, Root(8)));
    }

    [Fact]
    public void Of_trees_that_are_too_young_to_be_deleted_only_the_first_is_looked_at()
    {
        using var store = Opened();
        store.Commit(Batch(1, [Ended(1, TaskState.Succeeded, 100), Ended(2, TaskState.Failed, 100), .. Enumerable.Range(3, 5_000).Select(static tree => Ended(tree, TaskState.Succeeded, 10) with { CreatedAt = Now - TimeSpan.FromDays(20).Ticks })]));
        var rule = new PruneRule(Now - TimeSpan.FromDays(50).Ticks, Now - TimeSpan.FromDays(200).Ticks, 0);

        Assert.Equal(new PruneStep(TaskRow.None, 1, 1), store.Prune(rule, 100));
    }

    [Fact]
    public void Many_trees_of_one_task_are_deleted_in_steps_of_so_many_rows()
    {
        using var store = Opened();
        store.Commit(Batch(1, [.. Enumerable.Range(1, 2_500).Select(static tree => Ended(tree, TaskState.Succeeded, 100))]));
        var rule = new PruneRule(Now, Now, 0);

        Assert.Equal(new PruneStep(701, 700, 700), store.Prune(rule, 700));
        Assert.Equal(new PruneStep(TaskRow.None, 1_800, 1_800), PruneAll(store, rule, 700));
        Assert.Empty(Read(store.ReadAll()));
    }

    [Fact]
    public void A_fact_is_what_it_was_set_to_last_and_a_taken_back_one_is_none()
    {
        using (var store = Opened())
        {
            Assert.Empty(store.ReadFacts(""));
            var batch = new StoreBatch { Number = 1 };
            batch.Facts.AddRange([new("pause/ß", Utf8("true")), new("Pause/a", Utf8("1")), new("pause/_", Utf8("{\"by\":\"ä\"}")), new("limit/%", Utf8("[]")), new("gone", null)]);
            store.Commit(batch);
            var change = new StoreBatch { Number = 2 };
            change.Facts.AddRange([new("limit/%", null), new("pause/_", Utf8("2")), new("new", Utf8("3"))]);
            store.Commit(change);

            Assert.Equal(["pause/_ 2", "pause/ß true"], Texts(store.ReadFacts("pause/")));
            Assert.Empty(store.ReadFacts("limit/"));
        }

        using var again = _place.NewStore();
        Assert.Equal(["Pause/a 1", "new 3", "pause/_ 2", "pause/ß true"], Texts(again.Open("again", takeOver: false).Facts));

        static IEnumerable<string> Texts(IEnumerable<FactRow> facts) => facts.Select(static fact => $"{fact.Key} {Encoding.UTF8.GetString(fact.Value!)}");
    }

    [Fact]
    public void What_was_done_by_hand_is_read_newest_first_and_goes_with_its_batch()
    {
        using var store = Opened();
        var batch = Batch(1, Root(1));
        batch.Audit.AddRange([Entry("cancel", 3), Entry("pause", 1) with { Detail = null }]);
        store.Commit(batch);
        var next = new StoreBatch { Number = 2 };
        next.Audit.Add(Entry("resume", 0));
        store.Commit(next);
        var failing = Batch(3, Root(1));
        failing.Audit.Add(Entry("never", 0));
        Assert.ThrowsAny<Exception>(() => store.Commit(failing));

        var all = store.ReadAudit(long.MaxValue, 100);
        Assert.Equal([Entry("resume", 0), Entry("pause", 1) with { Detail = null }, Entry("cancel", 3)], all.Select(static entry => entry with { Number = 0 }));
        Assert.True(all[0].Number > all[1].Number && all[1].Number > all[2].Number);
        Assert.Equal(all[1], Assert.Single(store.ReadAudit(all[0].Number, 1)));

        static AuditRow Entry(string action, long count) => new(0, Now, "somebody ß", action, "type 'x'", count, "because");
    }

    [Fact]
    public void What_is_quarantined_is_listed_until_it_is_released()
    {
        using var store = Opened();
        var bad = TaskFlags.Quarantined;
        store.Commit(Batch(1, Root(1) with { Flags = bad }, Root(2), Child(2, 1) with { Flags = bad | TaskFlags.Early }, Root(3) with { Flags = bad }, Child(3, 1)));

        Assert.Equal([(1, 0), (2, 1), (3, 0)], Numbers(store.ReadQuarantined(default, 10)));
        Assert.Equal([(2, 1)], Numbers(store.ReadQuarantined(new TaskNumber(1, 0), 1)));
        var release = new StoreBatch { Number = 2 };
        release.Released.Add(new TaskNumber(2, 1));
        store.Commit(release);

        Assert.Equal([(1, 0), (3, 0)], Numbers(store.ReadQuarantined(default, 10)));
        Assert.Equal(TaskFlags.Early, store.ReadTree(Root(2).Id)[1].Flags);
        Assert.Equal([(3, 0), (3, 1)], Numbers(store.ReadTree(Root(3).Id)));
        Assert.Empty(store.ReadTree(Child(3, 1).Id));

        static IEnumerable<(int, int)> Numbers(IEnumerable<TaskRow> rows) => rows.Select(static row => ((int)row.Tree, (int)row.Number));
    }

    [Fact]
    public void Info_tells_what_is_there()
    {
        Assert.Throws<StoreException>(() => _place.NewStore().Info());
        using (var store = Opened("somebody"))
        {
            store.Commit(new StoreBatch { Number = 1, NextTree = 9, LiveTrees = 3, LiveTasks = 17 });
        }

        var info = _place.NewStore().Info();
        Assert.Equal((1, "somebody", false, 3, 17), (info.Epoch, info.Owner, info.IsInUse, info.LiveTrees, info.LiveTasks));
    }

    private static PruneStep PruneAll(ITaskStore store, PruneRule rule, int rowsMax)
    {
        var all = default(PruneStep);
        do
        {
            var step = store.Prune(rule with { From = all.Next }, rowsMax);
            Assert.True(step.Rows <= rowsMax);
            all = new PruneStep(step.Next, all.Trees + step.Trees, all.Rows + step.Rows);
        }
        while (all.Next != TaskRow.None);

        return all;
    }

    private static List<TaskRow> Read(ITaskReader reader)
    {
        using (reader)
        {
            var rows = new List<TaskRow>();
            var window = new TaskRow[2];
            for (int count; (count = reader.Read(window)) > 0;)
            {
                rows.AddRange(window.AsSpan(0, count));
            }

            return rows;
        }
    }

    private static StoreBatch Batch(long number, params TaskRow[] added)
    {
        var batch = new StoreBatch { Number = number, NextTree = 100 };
        batch.Added.AddRange(added);
        return batch;
    }

    private static TaskRow Ended(long tree, TaskState state, int daysAgo)
    {
        var at = Now - TimeSpan.FromDays(daysAgo).Ticks;
        return Root(tree) with { State = state, CreatedAt = Now - TimeSpan.FromDays(300).Ticks, EndedAt = at, EndedOrder = 1, TreeEndedAt = at };
    }

    private static TaskRow Root(long tree) => new()
    {
        Tree = tree,
        Number = 0,
        Id = TaskId.FromKey($"root {tree}"),
        Parent = TaskRow.None,
        Type = "Type",
        Payload = Utf8("{}"),
        Join = TaskRow.None,
        State = TaskState.Ready,
        DueAt = TaskRow.None,
        CreatedAt = Now,
        EndedAt = TaskRow.None,
        EndedOrder = TaskRow.None,
        TreeEndedAt = TaskRow.None,
    };

    private static TaskRow Child(long tree, long number) => Root(tree) with { Number = number, Parent = 0, Id = Root(tree).Id.Child((int)number) };

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static bool Same(TaskRow one, TaskRow other) =>
        Texts(one).Zip(Texts(other)).All(static pair => pair.First is null ? pair.Second is null : pair.Second is not null && pair.First.AsSpan().SequenceEqual(pair.Second))
        && Values(one).Equals(Values(other));

    private static byte[]?[] Texts(TaskRow row) => [row.Payload, row.Options, row.Outcome, row.Joins, row.Counts];

    private static object Values(TaskRow row) => (
        (row.Tree, row.Number, row.Id, row.Parent, row.Type, row.Flags, row.Join, row.Place), (row.State, row.DueAt, row.Attempt, row.Losses),
        (row.CreatedAt, row.EndedAt, row.EndedOrder, row.TreeEndedAt));

    private ITaskStore Opened(string owner = "a test")
    {
        var store = _place.NewStore();
        store.Open(owner, takeOver: false);
        return store;
    }
}

/// <summary>In memory.</summary>
public sealed class MemoryStoreSpec : TaskStoreConformance
{
    internal override Task<IStorePlace> NewPlaceAsync() => Task.FromResult<IStorePlace>(new Place());

    private sealed class Place : IStorePlace
    {
        private readonly MemoryPlace _place = new();

        public ITaskStore NewStore() => _place.NewStore();

        public void Dispose()
        {
        }
    }
}

/// <summary>In a file.</summary>
public sealed class SqliteStoreSpec : TaskStoreConformance
{
    internal override Task<IStorePlace> NewPlaceAsync() => Task.FromResult<IStorePlace>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlStoreSpec(PostgreSqlServer server) : TaskStoreConformance
{
    internal override async Task<IStorePlace> NewPlaceAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
