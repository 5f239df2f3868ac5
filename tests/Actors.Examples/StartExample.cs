using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Examples.Start;

// <readme>
public sealed record Fib(int N) : ITask<long>;
public sealed record Add : IJoin<long, long>;          // joins children that yield long, yields long itself

public sealed class FibHandler : ITaskHandler<Fib, long>
{
    public Ending<long> Handle(Fib task, TaskContext context) =>
        task.N < 2 ? task.N : context.Join([new Fib(task.N - 1), new Fib(task.N - 2)], new Add());
}

public sealed class AddHandler : IJoinHandler<Add, long, long>
{
    public Ending<long> Handle(Add join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context) =>
        outcomes.Sum(outcome => outcome.Value);
}
// </readme>

/// <summary>The first twenty lines: tasks that spawn tasks, and joins that add up what came of them.</summary>
public sealed class StartExample : Example
{
    protected override string Prints => """
        fib(25) = 75025
        Succeeded: 364177 task(s), 364177 succeeded, 0 failed, 0 cancelled; root Succeeded(75025)
        """;

    protected override async Task Main()
    {
        var hocon = Quiet;

        // <readme: host>
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddActorTasks(
            "example",
            tasks => tasks.AddHandler<FibHandler>().AddHandler<AddHandler>(),   // or AddHandlersFrom(assembly)
            (akka, _) => akka.AddHocon(hocon, HoconAddMode.Prepend));           // pools and logging, see below
        // </readme>

        builder.Logging.ClearProviders();
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<TaskClient>();

        // <readme: outside>
        var handle = await client.SubmitAsync(new Fib(25));    // TaskClient comes from dependency injection
        Outcome<long> outcome = await handle;                  // of this task
        TreeOutcome tree = await handle.TreeAsync();           // of all that it led to
        // </readme>

        Console.WriteLine($"fib(25) = {outcome.Value}");
        Console.WriteLine(tree);
        await host.StopAsync();
    }
}
