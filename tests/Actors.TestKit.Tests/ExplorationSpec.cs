namespace Actors.TestKit.Tests;

public sealed class ExplorationSpec
{
    private static Exploration<Shop> Exploring(bool sendsByNumber, Action<Shop, ExploredTree> check) => new()
    {
        World = () => new Shop { SendsByNumber = sendsByNumber, Refusals = 1 },
        Handlers = ShopHandlers.Register,
        Root = _ => new PlaceOrder(7),
        Check = check,
        RandomSchedules = 200,
        Seed = 1,
    };

    [Fact]
    public async Task A_follow_up_is_never_doubled_whatever_dies()
    {
        var count = await Exploring(sendsByNumber: true, (shop, tree) =>
        {
            tree.History.ExpectSpawned<SendInvoice>();
            tree.History.ExpectSpawned<Ship>();
            tree.History.ExpectSpawned<PriceItem>(2);
            Assert.Equal((TaskState.Succeeded, 7m), (tree.Outcome.State, tree.Outcome.Root.UntypedValue));
            Assert.Equal([7], shop.Invoices);
            Assert.Equal([7], shop.Shipments);
        }).RunAsync();
        Assert.InRange(count, 220, 400);
    }

    [Fact]
    public async Task A_handler_that_is_not_idempotent_is_found_and_the_shortest_schedule_told()
    {
        var failure = await Assert.ThrowsAsync<ExplorationFailedException>(
            () => Exploring(sendsByNumber: false, (shop, _) => Assert.Single(shop.Invoices)).RunAsync());

        Assert.Contains("schedule of 1 fault(s)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DIES in the middle of SendInvoice { Number = 7 }, attempt 1, where it is about to spawn Remind { Number = 7 }, so it runs again", failure.Message, StringComparison.Ordinal);
        Assert.Contains("└─ SendInvoice { Number = 7 }: Succeeded, after 2 runs", failure.Message, StringComparison.Ordinal);
        Assert.IsType<Xunit.Sdk.SingleException>(failure.InnerException);
    }

    [Fact]
    public async Task A_handler_that_relies_on_an_order_is_found()
    {
        var failure = await Assert.ThrowsAsync<ExplorationFailedException>(() => new Exploration<List<string>>
        {
            World = () => [],
            Handlers = tasks => tasks.AddHandler<Racers>(),
            Root = _ => new Race(),
            Check = (order, _) => Assert.Equal(["hare", "tortoise"], order),
            FaultsMax = 0,
            Seed = 1,
        }.RunAsync());

        Assert.Contains("schedule of 0 fault(s)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("DIES", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_that_is_too_slow_runs_beside_the_next()
    {
        var failure = await Assert.ThrowsAsync<ExplorationFailedException>(() => new Exploration<List<string>>
        {
            World = () => [],
            Handlers = tasks => tasks.AddHandler<Racers>().Configure<Run>(type => type with
            {
                Timeout = TimeSpan.FromSeconds(10),
                Retry = new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.Zero },
            }),
            Root = _ => new Run("hare"),
            Check = (order, tree) => Assert.True(order.Count == 1 || !tree.History.ToString().Contains("Timeout", StringComparison.Ordinal), "ran twice"),
            Seed = 1,
        }.RunAsync());

        Assert.Contains("SLOW", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_explores_the_same()
    {
        var first = await TellAsync();
        Assert.Equal(first, await TellAsync());

        static async Task<string> TellAsync() => (await Assert.ThrowsAsync<ExplorationFailedException>(() => new Exploration<List<string>>
        {
            World = () => [],
            Handlers = tasks => tasks.AddHandler<Racers>(),
            Root = _ => new Race(),
            Check = (order, _) => Assert.True(order.Count < 4),
            Seed = 5,
        }.RunAsync())).Message;
    }

    public sealed record Race : ITask;

    public sealed record Run(string Who) : ITask;

    public sealed class Racers(List<string> order) : ITaskHandler<Race>, ITaskHandler<Run>
    {
        public Ending<Unit> Handle(Race task, TaskContext context)
        {
            context.SpawnMany([new Run("hare"), new Run("tortoise")]);
            return context.Done();
        }

        public Ending<Unit> Handle(Run task, TaskContext context)
        {
            order.Add(task.Who);
            return context.Done();
        }
    }
}
