using Microsoft.Extensions.DependencyInjection;

namespace Actors.TestKit.Tests;

public sealed class InlineEngineSpec
{
    private static InlineEngine NewEngine(Shop shop) => new(ShopHandlers.Register, new ServiceCollection().AddSingleton(shop).BuildServiceProvider());

    [Fact]
    public async Task A_tree_runs_to_its_end_in_virtual_time()
    {
        var engine = NewEngine(new Shop { Refusals = 2 });
        var tree = await engine.RunAsync(new PlaceOrder(7), new SubmitOptions { WhenDone = new Remind(0) });

        Assert.Equal((TaskState.Succeeded, 7m), (tree.State, tree.Root.UntypedValue));
        Assert.Equal(TimeSpan.FromDays(14), engine.Elapsed);
        engine.History.ExpectAttemptAt<Ship>(2, TimeSpan.FromMinutes(5));
        engine.History.ExpectAttemptAt<Ship>(3, TimeSpan.FromMinutes(15));
        engine.History.ExpectSucceeded<Remind>(remind => remind.Number == 7);
        engine.History.ExpectSpawned<PriceItem>(2);
        engine.History.ExpectTreeDone(tree.RootId);
        Assert.Equal(8, tree.Tasks);
    }

    [Fact]
    public async Task What_does_not_hold_is_told_with_the_tree_drawn()
    {
        var engine = NewEngine(new Shop { Refusals = 5 });
        await engine.RunAsync(new PlaceOrder(7));

        var told = Assert.Throws<ExpectationException>(() => engine.History.ExpectSucceeded<Ship>()).Message;

        Assert.Equal(
            """
            Expected Ship to have ended as Succeeded, but it ended as Failed(System.IO.IOException: the carrier is closed).

            The tasks as they were:
            PlaceOrder { Number = 7 }: Succeeded(7)
            ├─ join Total { }: Succeeded(7)
            ├─ PriceItem { Item = paper }: Succeeded(5)
            ├─ PriceItem { Item = pencil }: Succeeded(2)
            ├─ Ship { Number = 7 }: Failed(System.IO.IOException: the carrier is closed)
            │     attempt 1 at 00:00:00: System.IO.IOException: the carrier is closed, again in 00:05:00
            │     attempt 2 at 00:05:00: System.IO.IOException: the carrier is closed, again in 00:10:00
            │     attempt 3 at 00:15:00: System.IO.IOException: the carrier is closed
            └─ SendInvoice { Number = 7 }: Succeeded
               └─ Remind { Number = 7 }: Succeeded
            """,
            told);
    }

    [Fact]
    public async Task Every_expectation_can_fail()
    {
        var engine = NewEngine(new Shop());
        var tree = await engine.RunAsync(new PlaceOrder(7));
        var history = engine.History;

        Assert.Contains("2 SendInvoice to have been spawned, but there is 1", Told(() => history.ExpectSpawned<SendInvoice>(2)), StringComparison.Ordinal);
        Assert.Contains("no Ship to have been spawned, but there is 1", Told(() => history.ExpectNotSpawned<Ship>()), StringComparison.Ordinal);
        Assert.Contains("1 Ship of that kind to have been spawned, but there are no", Told(() => history.ExpectSpawned<Ship>(ship => ship.Number == 8)), StringComparison.Ordinal);
        Assert.Contains("attempt 2 of Ship to start at 00:05:00, but it has not started", Told(() => history.ExpectAttemptAt<Ship>(2, TimeSpan.FromMinutes(5))), StringComparison.Ordinal);
        Assert.Contains("it started at 00:00:00", Told(() => history.ExpectAttemptAt<Ship>(1, TimeSpan.FromMinutes(5))), StringComparison.Ordinal);
        Assert.Contains("Ship to have ended as Failed, but it ended as Succeeded", Told(() => history.ExpectFailed<Ship>()), StringComparison.Ordinal);
        Assert.Contains("Ship to have ended as Cancelled", Told(() => history.ExpectCancelled<Ship>()), StringComparison.Ordinal);
        Assert.Contains("there is no such task", Told(() => history.ExpectTreeDone(TaskId.FromKey("nobody"))), StringComparison.Ordinal);
        history.ExpectTreeDone(tree.RootId);

        static string Told(Action expectation) => Assert.Throws<ExpectationException>(expectation).Message;
    }

    [Fact]
    public async Task Of_many_siblings_a_few_are_drawn_and_the_others_counted()
    {
        var engine = new InlineEngine(tasks => tasks.AddHandler<Many>());
        await engine.RunAsync(new Burst(1000));
        Assert.Contains("└─ ... and 994 more Spark: 993 Succeeded, 1 Failed", $"{engine.History}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_that_never_ends_is_told_and_not_waited_for()
    {
        var engine = new InlineEngine(tasks => tasks.AddHandler<Endless>());
        Assert.Contains("to end, but after", (await Assert.ThrowsAsync<ExpectationException>(() => engine.RunAsync(new Again()))).Message, StringComparison.Ordinal);
    }

    public sealed record Burst(int Count) : ITask;

    public sealed record Spark(int Number) : ITask;

    public sealed record Again : ITask;

    public sealed class Endless : ITaskHandler<Again>
    {
        public Ending<Unit> Handle(Again task, TaskContext context) => context.PutOff(TimeSpan.FromHours(1));
    }

    public sealed class Many : ITaskHandler<Burst>, ITaskHandler<Spark>
    {
        public Ending<Unit> Handle(Burst task, TaskContext context)
        {
            context.SpawnMany(Enumerable.Range(0, task.Count).Select(number => new Spark(number)));
            return context.Done();
        }

        public Ending<Unit> Handle(Spark task, TaskContext context) => task.Number == 13 ? context.Fail("unlucky") : context.Done();
    }
}
