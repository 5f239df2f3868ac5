using Actors.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Actors.Tests.Waiting;

/// <summary>A handle or a client that reaches a handler all the same throws there, and nowhere else.</summary>
public sealed class HandleInHandlerSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    public static TheoryData<string> WaysToWait => new("await", "outcome", "tree", "submit", "submit many", "cancel", "cancel by id", "drain");

    private static TaskHandle<int>? Smuggled { get; set; }

    [Theory]
    [MemberData(nameof(WaysToWait))]
    public Task In_a_synchronous_handler(string way) => ThrowsAsync(
        caught => new Step(_ =>
        {
            caught(Wait(way).Exception!.InnerException!);
            return 1;
        }));

    [Theory]
    [MemberData(nameof(WaysToWait))]
    public Task In_an_asynchronous_handler(string way) => ThrowsAsync(
        caught => new StepAsync(async _ =>
        {
            caught(await Record.ExceptionAsync(() => Wait(way)));
            return 1;
        }));

    [Theory]
    [MemberData(nameof(WaysToWait))]
    public Task After_an_await(string way) => ThrowsAsync(
        caught => new StepAsync(async _ =>
        {
            await Task.Yield();
            await Task.Run(static () => { });
            caught(await Record.ExceptionAsync(() => Wait(way)));
            return 1;
        }));

    [Theory]
    [MemberData(nameof(WaysToWait))]
    public Task In_what_the_handler_starts(string way) => ThrowsAsync(
        caught => new StepAsync(async _ =>
        {
            await Task.Run(async () => caught(await Record.ExceptionAsync(() => Wait(way))));
            return 1;
        }));

    [Fact]
    public Task In_a_join() => ThrowsAsync(
        caught => new Step(context => context.Join([Step.Yield(1)], new Gather((_, _) =>
        {
            caught(Record.Exception(() => { _ = Smuggled!.GetAwaiter(); })!);
            return 1;
        }))));

    [Fact]
    public async Task A_client_from_dependency_injection_too()
    {
        await using var services = new ServiceCollection().AddSingleton(_ => new Lazy<TaskClient>(() => TaskEngine.Get(Sys).Client)).BuildServiceProvider();
        await StartAsync(tasks => tasks.AddHandler<SubmitInsideHandler>(), services);
        Assert.Contains("would hold its worker", (await OutcomeAsync(new SubmitInside())).Failure!.Message, StringComparison.Ordinal);
    }

    /// <summary>In turn: throws inside, works outside before and after.</summary>
    private async Task ThrowsAsync(Func<Action<Exception>, ITask<int>> task)
    {
        await StartAsync();
        Smuggled = await Client.SubmitAsync(new StepAsync(async _ => { await Task.Yield(); return 5; }));
        Assert.Equal(5, (await Smuggled).Value);
        Exception? caught = null;
        Assert.True((await OutcomeAsync(task(exception => caught = exception))).IsSucceeded);
        var refused = Assert.IsType<InvalidOperationException>(caught);
        Assert.Contains("would hold its worker until another task ends", refused.Message, StringComparison.Ordinal);
        Assert.Equal(5, (await Smuggled).Value);
        Assert.Equal(1, (await Smuggled.TreeAsync()).Tasks);
    }

    private async Task Wait(string way)
    {
        switch (way)
        {
            case "await":
                await Smuggled!;
                break;
            case "outcome":
                await Smuggled!.OutcomeAsync();
                break;
            case "tree":
                await Smuggled!.TreeAsync();
                break;
            case "submit":
                await Client.SubmitAsync(Step.Yield(1));
                break;
            case "submit many":
                await Client.SubmitManyAsync([Step.Yield(1)]);
                break;
            case "cancel":
                await Smuggled!.CancelAsync();
                break;
            case "cancel by id":
                await Client.CancelAsync(Smuggled!.Id);
                break;
            case "drain":
                await Client.DrainAsync(DrainMode.Now, TimeSpan.FromSeconds(1));
                break;
        }
    }

    [Fact]
    public async Task The_message_shows_the_join_that_does_the_same()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(Step.Yield(1));
        var inside = await OutcomeAsync(new Step(context => { _ = handle.OutcomeAsync(); return 1; }));
        Assert.Contains("context.Join([task], new YourJoin())", inside.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains(handle.Id.ToString(), inside.Failure.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Step), inside.Failure.Message, StringComparison.Ordinal);
    }

    public sealed record SubmitInside : ITask<string>;

    public sealed class SubmitInsideHandler(Lazy<TaskClient> client) : IAsyncTaskHandler<SubmitInside, string>
    {
        public async ValueTask<Ending<string>> HandleAsync(SubmitInside task, TaskContext context) =>
            (await client.Value.SubmitAsync(new SubmitInside())).Id.ToString();
    }
}
