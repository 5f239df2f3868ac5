namespace Actors.TestKit.Tests;

public sealed record Sum(int Step) : IFold<int, int, int>;

public sealed class Odd : IAsyncTaskHandler<PriceItem, decimal>, IFoldHandler<Sum, int, int, int>
{
    public async ValueTask<Ending<decimal>> HandleAsync(PriceItem task, TaskContext context)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        return 1m;
    }

    public int Start(Sum fold) => fold.Step;

    public int Add(Sum fold, int state, Outcome<int> child) => state + child.ValueOr(100);

    public Ending<int> End(Sum fold, int state, TaskContext context) => state;
}

public sealed class Various(Func<TaskContext, Ending<Unit>> handle) : ITaskHandler<SendInvoice>
{
    public Ending<Unit> Handle(SendInvoice task, TaskContext context) => handle(context);
}

public sealed class HandlerRunSpec
{
    private static readonly ShopHandlers Handlers = new(new Shop());

    [Fact]
    public async Task What_a_handler_spawned_and_joined_is_there_to_look_at()
    {
        var run = await HandlerRun.OfAsync(Handlers, new PlaceOrder(7));
        Assert.Equal(new Total(), run.Join);
        Assert.Equal(JoinPolicy.All, run.JoinPolicy);
        Assert.Equal(4, run.Spawned.Count);
        Assert.Equal("ship", run.ExpectSpawned<Ship>(ship => ship.Number == 7).Options!.Key);
        Assert.False(run.IsSucceeded);
    }

    [Fact]
    public async Task A_result_is_read_by_its_type()
    {
        var run = await HandlerRun.OfAsync(Handlers, new PriceItem("paper"));
        Assert.Equal(5m, run.Result<decimal>());
        run.ExpectNothingSpawned();
    }

    [Fact]
    public async Task A_join_gets_the_outcomes_it_is_given()
    {
        var run = await HandlerRun.OfJoinAsync(Handlers, new Total(), [TestOutcome.Succeeded(2m), TestOutcome.Succeeded(3m)]);
        Assert.Equal(5m, run.Result<decimal>());
    }

    [Fact]
    public async Task A_fold_takes_them_one_by_one()
    {
        var run = await HandlerRun.OfJoinAsync(new Odd(), new Sum(1), [TestOutcome.Succeeded(10), TestOutcome.Failed<int>("no"), TestOutcome.Cancelled<int>()]);
        Assert.Equal(211, run.Result<int>());
    }

    [Fact]
    public async Task The_other_endings_are_told_apart()
    {
        Assert.True((await RunAsync(context => context.PutOff(TimeSpan.FromHours(1)))) is { IsPutOff: true, Delay.TotalHours: 1 });
        Assert.True((await RunAsync(context => context.Fail("no use"))) is { IsFailedForGood: true, Failure.Message: "no use" });
        Assert.True((await RunAsync(context => context.Retry("later", TimeSpan.FromSeconds(3)))) is { IsFailedForGood: false, Failure.Message: "later", Delay.TotalSeconds: 3 });
        Assert.True((await RunAsync(_ => throw new IOException("broken"))) is { Failure: { Type: "System.IO.IOException", Message: "broken" } });
        Assert.Equal(3, (await RunAsync(context => context.Attempt == 3 ? context.Done() : context.Fail("wrong"), attempt: 3)).IsSucceeded ? 3 : 0);
    }

    [Fact]
    public async Task What_is_spawned_at_once_or_told_to_the_coordinator_is_seen_too()
    {
        var run = await RunAsync(context =>
        {
            context.SpawnNow(new Ship(1));
            context.Coordinator.Tell(new TaskProtocol.Spawn(context, new Remind(2)), Akka.Actor.ActorRefs.NoSender);
            return context.Done();
        });
        Assert.True(run.ExpectSpawned<Ship>().IsAtOnce);
        Assert.False(run.ExpectSpawned<Remind>().IsAtOnce);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_interrupts_the_handler()
    {
        using var cancelled = new CancellationTokenSource();
        var running = HandlerRun.OfAsync(new Odd(), new PriceItem("x"), cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        Assert.True((await running).IsInterrupted);
    }

    [Fact]
    public async Task What_does_not_hold_is_told_with_what_the_handler_did()
    {
        var run = await HandlerRun.OfAsync(Handlers, new PriceItem("gold"));
        Assert.Equal(
            "Expected the handler to end with a Decimal, but it failed for good with Permanent: gold has no price.",
            Assert.Throws<ExpectationException>(() => run.Result<decimal>()).Message);
        Assert.Contains("of 0 follow-up(s) 0 are such", Assert.Throws<ExpectationException>(() => run.ExpectSpawned<Ship>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_of_something_else_is_refused() =>
        Assert.Contains("does not handle", (await Assert.ThrowsAsync<ArgumentException>(() => HandlerRun.OfAsync(new Odd(), new Ship(1)))).Message, StringComparison.Ordinal);

    private static Task<HandlerRun> RunAsync(Func<TaskContext, Ending<Unit>> handle, int attempt = 1) =>
        HandlerRun.OfAsync(new Various(handle), new SendInvoice(1), attempt);
}
