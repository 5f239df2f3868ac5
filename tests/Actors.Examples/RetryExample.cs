namespace Actors.Examples.Retries;

public sealed record Fetch(string Page) : ITask<string>;

public sealed class FetchHandler(VirtualTime time) : ITaskHandler<Fetch, string>
{
    public Ending<string> Handle(Fetch task, TaskContext context)
    {
        Console.WriteLine($"{time.Elapsed}: attempt {context.Attempt}");
        return context.Attempt < 4 ? throw new IOException("connection reset") : $"<{task.Page}>";
    }
}

/// <summary>Attempts with exponential backoff. A task that rests holds no worker; the clock here is a virtual one, so nobody waits for it either.</summary>
public sealed class RetryExample : Example
{
    protected override string Prints => """
        00:00:00: attempt 1
        00:00:10: attempt 2
        00:00:30: attempt 3
        00:01:10: attempt 4
        Succeeded(<home>)
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        var time = new VirtualTime(system);
        var engine = await TaskEngine.StartAsync(
            system,
            tasks => tasks.AddHandler<FetchHandler>().Configure<Fetch>(type => type with
            {
                Retry = new RetryPolicy { MaxAttempts = 5, Delay = TimeSpan.FromSeconds(10), Factor = 2, Jitter = 0 },
            }),
            Services.With(time));
        var handle = await engine.Client.SubmitAsync(new Fetch("home"));
        await time.RunAsync(engine.Client, until: handle.OutcomeAsync());
        Console.WriteLine(await handle);
    }
}
