using System.Text;

namespace Actors.Storage.Tests.Engine;

/// <summary>What was said of the order of tasks holds in the next process, whatever the kind of store.</summary>
public abstract class OrderSpec : EachStoreSpec
{
    private const string OneWorker = "actors.default-pool.workers = 1";

    [Fact]
    public async Task What_is_urgent_stays_urgent_and_so_do_its_follow_ups()
    {
        await using (var first = await StartAsync(OneWorker))
        {
            await first.Client.SubmitAsync(new EarlyGate("hold"), new SubmitOptions { Priority = 9 });
            await RanAsync(first, "hold 1");
            await first.Client.SubmitAsync(new Gate("humble"), new SubmitOptions { Priority = 0 });
            await first.Client.SubmitAsync(new Gate("usual"));
            await first.Client.SubmitAsync(new Gate("urgent"), new SubmitOptions { Priority = 8 });
        }

        Assert.Contains(
            Store.Rows(),
            static row => row.Type == nameof(Gate) && row.Options is { } options && Encoding.UTF8.GetString(options).Contains("\"priority\":9", StringComparison.Ordinal));
        await using var second = await StartAsync(OneWorker);
        string[] order = ["hold 2", "hold.child 1", "urgent 1", "usual 1", "humble 1"];
        foreach (var ran in order)
        {
            await RanAsync(second, ran);
            second.Doors[ran[..^2]].SetResult("");
        }

        Assert.Equal(order, second.Doors.Ran);
    }

    [Fact]
    public async Task What_is_paused_is_paused_in_the_next_process_too_and_so_is_who_did_it()
    {
        TaskId tree;
        await using (var first = await StartAsync())
        {
            await first.Control.As("ada").PauseTypeAsync(nameof(EarlyGate));
            await first.Control.As("bob").PausePoolAsync("default");
            tree = (await first.Client.SubmitAsync(new Gate("t"))).Id;
            await first.Client.SubmitAsync(new EarlyGate("e"));
            Assert.True(await first.Control.As("eve").PauseTreeAsync(tree));
        }

        await using (var second = await StartAsync())
        {
            Assert.True(await second.Control.ResumePoolAsync("default"));
            var progress = await second.UntilAsync(static progress => progress.PausedTrees == 1);
            Assert.Equal("ada", progress.Types.Single(static type => type.Type == nameof(EarlyGate)).Pause!.By);
            Assert.Empty(second.Doors.Ran);
            await second.Client.SubmitAsync(new Gate("other"));
            await RanAsync(second, "other 1");
        }

        await using var third = await StartAsync();
        await RanAsync(third, "other 2");
        Assert.True(await third.Control.ResumeTreeAsync(tree));
        await RanAsync(third, "t 1");
        Assert.True(await third.Control.ResumeTypeAsync(nameof(EarlyGate)));
        await RanAsync(third, "e 1");
        var audit = await third.Control.AuditAsync();
        Assert.Equal(
            ["pause type/EarlyGate", "pause pool/default", $"pause tree/{tree}", "resume pool/default", $"resume tree/{tree}", "resume type/EarlyGate"],
            audit.Reverse().Select(static entry => $"{entry.Action} {entry.Target}"));
        Assert.Equal(["eve", "bob", "ada"], audit.Skip(3).Select(static entry => entry.By));
    }

    [Fact]
    public async Task A_deadline_is_no_later_because_the_process_died()
    {
        TaskId id;
        await using (var first = await StartAsync())
        {
            id = (await first.Client.SubmitAsync(
                new Gate("d"), new SubmitOptions { Delay = TimeSpan.FromHours(1), Deadline = TimeSpan.FromSeconds(1), WhenDone = new Ring("d") })).Id;
        }

        await using var second = await StartAsync();
        var tree = (await second.Client.FindAsync<string>(id))!;
        Assert.Equal(FailureKind.Deadline, (await tree.OutcomeAsync().WaitAsync(Patience)).Failure!.Kind);
        Assert.Equal((1, 1), (await tree.TreeAsync().WaitAsync(Patience)) is var outcome ? (outcome.Failed, outcome.Succeeded) : default);
        Assert.Equal(["ring d"], second.Doors.Ran);
    }

    [Fact]
    public async Task What_a_tree_has_used_up_is_remembered()
    {
        TaskId id;
        await using (var first = await StartAsync())
        {
            id = (await first.Client.SubmitAsync(new Gate("b"), new SubmitOptions { Budget = new TaskBudget { Attempts = 2 } })).Id;
            await RanAsync(first, "b 1");
        }

        await using (var second = await StartAsync())
        {
            await RanAsync(second, "b 2");
            Assert.Equal(2, (await second.Control.ShowAsync(id))!.Tree!.AttemptsUsed);
        }

        await using var third = await StartAsync();
        var failure = (await (await third.Client.FindAsync<string>(id))!.OutcomeAsync().WaitAsync(Patience)).Failure!;
        Assert.Equal((FailureKind.Budget, "b"), (failure.Kind, third.Doors.Ran.IsEmpty ? "b" : "it ran"));
        var why = (await third.Control.WhyAsync(id))!;
        Assert.Equal(TaskState.Failed, why.State);
        Assert.Contains("is used up", why.ToString(), StringComparison.Ordinal);
        Assert.Equal(FailureKind.Budget, (await third.Control.ShowAsync(id))!.Failure!.Kind);
    }

    [Fact]
    public async Task What_is_cancelled_by_a_filter_stays_cancelled()
    {
        await using (var first = await StartAsync())
        {
            await first.Control.PauseTypeAsync(nameof(Gate));
            await first.Client.SubmitManyAsync(Enumerable.Range(0, 20).Select(static number => new Gate($"{number}")));
            Assert.Equal(20, await first.Control.As("ada").CancelAsync(new TaskFilter { Type = nameof(Gate) }));
        }

        await using var second = await StartAsync();
        Assert.Equal(("ada", 20), (await second.Control.AuditAsync(1)) is [var last] ? (last.By, last.Count) : default);
        Assert.Empty((await second.Control.ListAsync()).Tasks);
        Assert.Equal(20, Store.Rows().Count(static row => row.State == TaskState.Cancelled));
    }

    private static async Task RanAsync(Incarnation engine, string name) => await engine.UntilAsync(_ => engine.Doors.Ran.Contains(name));

    private Task<Incarnation> StartAsync(string hocon = "") => Incarnation.StartAsync(Store.Location, hocon: hocon);
}

/// <summary>On a file.</summary>
public sealed class OrderOnSqliteSpec : OrderSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class OrderOnPostgreSqlSpec(PostgreSqlServer server) : OrderSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
