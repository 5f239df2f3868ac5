using System.Text.Json;

namespace Actors.Storage.Tests.Engine;

/// <summary>What failed in a tree that has ended runs again, in a tree that takes over from it.</summary>
public abstract class RetryTreesSpec : EachStoreSpec
{
    [Theory]
    [InlineData("all", "b", "b +root", "root(a,b)")]
    [InlineData("all", "+root", "+root", "root(a,b)")]
    [InlineData("fold", "+root", "+root", "a/b/root")]
    [InlineData("follow", "b", "b", "root")]
    [InlineData("early", "b", "b", "root")]
    [InlineData("early", "root", "root", "root")]
    [InlineData("early join", "b", "b +root", "root(a,b)")]
    [InlineData("collect", "+root", "+root", "root(a,b)")]
    public async Task Only_what_failed_runs_again_and_what_waited_for_it(string way, string broken, string again, string result)
    {
        await using var engine = await StartAsync();
        engine.Doors.Broken[broken] = true;
        var old = await EndedAsync(engine, new Piece("root", [new Piece("a"), new Piece("b")], way));
        Assert.Equal(TaskState.Failed, old.State);
        var retry = await RetryAsync(engine, old.RootId, again.Split(' '));

        Assert.Equal(result, (await retry.OutcomeAsync().WaitAsync(Patience)).Value);
        var tree = await retry.TreeAsync().WaitAsync(Patience);
        Assert.Equal((TaskState.Succeeded, old.Tasks), (tree.State, tree.Tasks));
        Assert.Equal(TaskState.Failed, (await (await engine.Client.FindAsync<string>(old.RootId))!.TreeAsync().WaitAsync(Patience)).State);
        Check();
    }

    [Fact]
    public async Task A_task_without_a_family_runs_again_and_the_second_request_finds_what_the_first_has_made()
    {
        TaskId old;
        TaskId retry;
        await using (var engine = await StartAsync())
        {
            engine.Doors.Broken["a"] = true;
            old = (await EndedAsync(engine, new Piece("a"))).RootId;
            retry = await engine.Client.RetryAsync(old, by: "somebody");
            Assert.Equal(TaskState.Failed, (await (await engine.Client.FindAsync<string>(retry))!.TreeAsync().WaitAsync(Patience)).State);
            Assert.Equal(retry, await engine.Client.RetryAsync(old));
            Assert.Equal(["a", "a"], engine.Doors.Ran);
            Check();
        }

        await using var second = await StartAsync();
        Assert.Equal(retry, await second.Client.RetryAsync(old));
        var third = await second.Client.RetryAsync(retry, by: "somebody else");
        Assert.Equal("a", (await (await second.Client.FindAsync<string>(third))!.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal(["a"], second.Doors.Ran);
        var nothing = await Assert.ThrowsAsync<InvalidOperationException>(() => second.Client.RetryAsync(third));
        Assert.Contains("nothing to run again", nothing.Message, StringComparison.Ordinal);
        using var store = Store.NewStore();
        Assert.Equal([("somebody else", $"tree {retry}", 1L), ("somebody", $"tree {old}", 1L)], store.ReadAudit(long.MaxValue, 10).Select(static entry => (entry.Who, entry.Target, entry.Count)));
    }

    [Fact]
    public async Task A_retry_of_a_retry_finds_the_children_of_the_first_and_the_next_process_goes_on_with_it()
    {
        var task = new Piece("root", [new Piece("a"), new Piece("b", [new Piece("c"), new Piece("d")], "early")], "early");
        TaskId third;
        await using (var engine = await StartAsync())
        {
            foreach (var name in (string[])["root", "b", "d"])
            {
                engine.Doors.Broken[name] = true;
            }

            var first = await EndedAsync(engine, task);
            engine.Doors.Broken.TryRemove("d", out _);
            var second = await engine.Client.RetryAsync(first.RootId);
            await (await engine.Client.FindAsync<string>(second))!.TreeAsync().WaitAsync(Patience);
            engine.Doors.Ran.Clear();
            third = await engine.Client.RetryAsync(second);
            await (await engine.Client.FindAsync<string>(third))!.TreeAsync().WaitAsync(Patience);
            Assert.Equal(["b", "root"], engine.Doors.Ran.Order(StringComparer.Ordinal));
            Check();
        }

        await using var next = await StartAsync();
        var last = await RetryAsync(next, third, ["b", "root"]);
        Assert.Equal("root", (await last.OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Equal(5, (await last.TreeAsync().WaitAsync(Patience)).Succeeded);
        Check();
    }

    [Fact]
    public async Task The_completion_task_runs_when_the_new_tree_is_done()
    {
        await using var engine = await StartAsync();
        engine.Doors.Broken["a"] = true;
        var old = await EndedAsync(engine, new Piece("a"), new SubmitOptions { WhenDone = new Ring("x") });
        var retry = await RetryAsync(engine, old.RootId, ["a", "ring x"]);
        Assert.Equal(2, (await retry.TreeAsync().WaitAsync(Patience)).Succeeded);
        Check();
    }

    [Fact]
    public async Task What_a_join_has_dealt_with_stays_unless_that_task_is_named()
    {
        await using var engine = await StartAsync();
        engine.Doors.Broken["b"] = true;
        var old = await EndedAsync(engine, new Piece("root", [new Piece("a"), new Piece("b")], "collect"));
        Assert.Equal(TaskState.Succeeded, old.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RetryAsync(old.RootId));

        var retry = await RetryAsync(engine, old.RootId, ["+root", "b"], old.RootId.Child(1));
        Assert.Equal("root(a,b)", (await retry.OutcomeAsync().WaitAsync(Patience)).Value);
        var succeeded = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RetryAsync(old.RootId, old.RootId.Child(0)));
        Assert.Contains("succeeded", succeeded.Message, StringComparison.Ordinal);
        Check();
    }

    [Fact]
    public async Task What_cannot_run_again_is_refused_with_the_reason()
    {
        await using var engine = await StartAsync();
        var live = await engine.Client.SubmitAsync(new Gate("g"));
        await AssertRefusedAsync(live.Id, null, "has not ended");
        await AssertRefusedAsync(TaskId.FromKey("nobody"), null, "no tree");
        engine.Doors.Broken["a"] = true;
        var old = await EndedAsync(engine, new Piece("a"));
        await AssertRefusedAsync(old.RootId, TaskId.FromKey("nobody"), "no task");
        await using var memory = await Incarnation.StartAsync("memory");
        await Assert.ThrowsAsync<InvalidOperationException>(() => memory.Client.RetryAsync(old.RootId));

        async Task AssertRefusedAsync(TaskId root, TaskId? task, string why) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RetryAsync(root, task).WaitAsync(Patience))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_trees_with_random_faults_are_mended_and_nothing_that_succeeded_runs_again()
    {
        var seed = Random.Shared.Next();
        var chance = new Random(seed);
        await using var engine = await StartAsync();
        for (var round = 0; round < 25; round++)
        {
            var names = new List<string>();
            var task = Grow(chance, 3, $"{round}.", names);
            engine.Doors.Broken.Clear();
            engine.Doors.Ran.Clear();
            foreach (var name in names.Where(_ => chance.Next(6) == 0))
            {
                engine.Doors.Broken[chance.Next(3) == 0 ? "+" + name : name] = true;
            }

            var broken = engine.Doors.Broken.Keys.ToHashSet();
            var old = await EndedAsync(engine, task);
            if (old.State == TaskState.Succeeded)
            {
                continue;
            }

            var done = Done(old.RootId);
            engine.Doors.Broken.Clear();
            engine.Doors.Ran.Clear();
            var retry = (await engine.Client.FindAsync<string>(await engine.Client.RetryAsync(old.RootId)))!;
            var tree = await retry.TreeAsync().WaitAsync(Patience);

            Assert.True(tree.State == TaskState.Succeeded, $"seed {seed}, round {round}: {tree}");
            Assert.Equal(0, tree.Failed + tree.Cancelled);
            Assert.Equal(Expected(task), (await retry).Value);
            var twice = engine.Doors.Ran.Where(done.Contains).ToList();
            Assert.True(twice.Count == 0, $"seed {seed}, round {round}: {string.Join(' ', twice)} ran again; broken were {string.Join(' ', broken)}");
        }

        Check();
    }

    /// <summary>The names of what has succeeded, or has ended its part with a join. What was cancelled while it ran is none of it.</summary>
    private HashSet<string> Done(TaskId root)
    {
        using var store = Store.NewStore();
        var rows = store.ReadTree(root);
        var owners = rows.Where(static row => row.Flags.HasFlag(TaskFlags.Join)).Select(static row => row.Parent).ToHashSet();
        return [.. rows.Where(row => row.State == TaskState.Succeeded || owners.Contains(row.Number)).Select(NameOf)];

        static string NameOf(TaskRow row) =>
            (row.Flags.HasFlag(TaskFlags.Join) ? "+" : "") + JsonDocument.Parse(row.Payload).RootElement.GetProperty("Name").GetString();
    }

    private static Piece Grow(Random chance, int depth, string name, List<string> names)
    {
        names.Add(name);
        string[] ways = ["all", "all", "fold", "follow", "early", "early join"];
        return depth == 0
            ? new Piece(name)
            : new Piece(name, [.. Enumerable.Range(0, chance.Next(4)).Select(place => Grow(chance, depth - 1, name + place, names))], ways[chance.Next(ways.Length)]);
    }

    /// <summary>What it yields where nothing is broken.</summary>
    private static string Expected(Piece piece) => (piece.Way, piece.Parts) switch
    {
        (_, null) or ("follow" or "early", _) => piece.Name,
        ("fold", { Count: 0 }) or ("all", { Count: 0 }) => piece.Name,
        ("fold", var parts) => string.Join('/', string.Join('/', parts.Select(Expected).Prepend(piece.Name)).Split('/').Order(StringComparer.Ordinal)),
        (_, var parts) => $"{piece.Name}({string.Join(",", parts.Select(Expected))})",
    };

    private static async Task<TreeOutcome> EndedAsync(Incarnation engine, Piece task, SubmitOptions? options = null) =>
        await (await engine.Client.SubmitAsync(task, options)).TreeAsync().WaitAsync(Patience);

    /// <summary>Mends all, retries, and looks at what runs again.</summary>
    private async Task<TaskHandle<string>> RetryAsync(Incarnation engine, TaskId root, string[] again, TaskId? task = null)
    {
        engine.Doors.Broken.Clear();
        engine.Doors.Ran.Clear();
        var retry = (await engine.Client.FindAsync<string>(await engine.Client.RetryAsync(root, task)))!;
        await retry.TreeAsync().WaitAsync(Patience);
        var done = Done(root); // a sibling that was cancelled while it ran does run again
        Assert.Equal(again.Order(StringComparer.Ordinal), engine.Doors.Ran.Where(name => done.Contains(name) || again.Contains(name)).Order(StringComparer.Ordinal));
        return retry;
    }

    private void Check()
    {
        var wrong = new List<string>();
        StoreAdministration.Verify(Store.Location, wrong.Add);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private Task<Incarnation> StartAsync() => Incarnation.StartAsync(Store.Location, hocon: "akka.loglevel = OFF");
}

/// <summary>On a file.</summary>
public sealed class RetryTreesOnSqliteSpec : RetryTreesSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class RetryTreesOnPostgreSqlSpec(PostgreSqlServer server) : RetryTreesSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
