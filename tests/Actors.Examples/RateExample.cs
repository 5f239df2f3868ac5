namespace Actors.Examples.Rates;

public sealed record Call(int Number) : ITask;

public sealed class CallHandler(VirtualTime time) : ITaskHandler<Call, Unit>
{
    public Ending<Unit> Handle(Call task, TaskContext context)
    {
        Console.WriteLine($"{time.Elapsed}: call {task.Number}");
        return context.Done();
    }
}

/// <summary>Two calls at once, and then one every ten seconds. A call that may not start yet holds no worker.</summary>
public sealed class RateExample : Example
{
    protected override string Prints => """
        00:00:00: call 1
        00:00:00: call 2
        00:00:10: call 3
        00:00:20: call 4
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon + "\nactors.default-pool.workers = 1");
        var time = new VirtualTime(system);
        var rate = new TaskRate { TokenLimit = 2, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(10) };
        var engine = await TaskEngine.StartAsync(
            system, tasks => tasks.AddHandler<CallHandler>().Configure<Call>(type => type.WithRate("service", rate)), Services.With(time));
        var calls = await engine.Client.SubmitManyAsync([new Call(1), new Call(2), new Call(3), new Call(4)]);
        foreach (var (call, tick) in calls.Zip([0, 0, 10, 20]))
        {
            await time.PassAsync(engine.Client, TimeSpan.FromSeconds(tick) - time.Elapsed);
            await call;
        }
    }
}
