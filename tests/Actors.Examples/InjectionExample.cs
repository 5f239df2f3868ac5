using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Examples.Injection;

public sealed record Greet(string Name) : ITask;

/// <summary>One of each attempt: a database connection, say.</summary>
public sealed class Session : IDisposable
{
    public Session() => Console.WriteLine("session opened");

    public void Dispose() => Console.WriteLine("session closed");
}

public sealed class GreetHandler(Session session, TimeProvider clock) : ITaskHandler<Greet>
{
    public Ending<Unit> Handle(Greet task, TaskContext context)
    {
        Console.WriteLine($"hello {task.Name}: {session is not null && clock == TimeProvider.System}");
        return context.Done();
    }
}

/// <summary>Handlers come from dependency injection, with one scope per attempt. What cannot be built is an error at start-up.</summary>
public sealed class InjectionExample : Example
{
    protected override string Prints => """
        session opened
        session closed
        session opened
        hello Ada: True
        session closed
        """; // the first pair is the trial at start-up

    protected override async Task Main()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddScoped<Session>();
        builder.Services.AddActorTasks(
            "example", tasks => tasks.AddHandler<GreetHandler>(), (akka, _) => akka.AddHocon(Quiet, HoconAddMode.Prepend));
        using var host = builder.Build();
        await host.StartAsync();
        var handle = await host.Services.GetRequiredService<TaskClient>().SubmitAsync(new Greet("Ada"));
        await handle.TreeAsync();
        await host.StopAsync();
    }
}
