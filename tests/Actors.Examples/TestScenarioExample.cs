using Actors.TestKit;

namespace Actors.Examples.TestScenario;

public sealed record Ping : ITask;

public sealed class PingHandler : ITaskHandler<Ping>
{
    public Ending<Unit> Handle(Ping task, TaskContext context) => context.Attempt == 1 ? throw new TimeoutException("no answer") : context.Done();
}

/// <summary>A scenario on the real engine, with its actors and threads, in virtual time: after five minutes the second attempt runs.</summary>
public sealed class PingScenario() : EngineTestKit(hocon: Example.Quiet)
{
    public async Task RunAsync()
    {
        await StartEngineAsync(tasks => tasks.AddHandler<PingHandler>().Configure<Ping>(type => type with
        {
            Retry = new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.FromMinutes(5), Jitter = 0 },
        }));
        var handle = await Client.SubmitAsync(new Ping());
        await SettleAsync();
        Console.WriteLine($"{Elapsed}: {History}");

        await AdvanceAsync(TimeSpan.FromMinutes(5));
        await SettleAsync();
        History.ExpectAttemptAt<Ping>(2, TimeSpan.FromMinutes(5));
        History.ExpectTreeDone(handle.Id);
        Console.WriteLine($"{Elapsed}: {History}");
    }
}

/// <summary>Runs the scenario, as a test framework would.</summary>
public sealed class TestScenarioExample : Example
{
    protected override string Prints => """
        00:00:00: Ping { }: not ended, attempt 1 at 00:00:00
           attempt 1 at 00:00:00: System.TimeoutException: no answer, again in 00:05:00
        00:05:00: Ping { }: Succeeded
           attempt 1 at 00:00:00: System.TimeoutException: no answer, again in 00:05:00
        """;

    protected override async Task Main()
    {
        using var scenario = new PingScenario();
        await scenario.RunAsync();
    }
}
