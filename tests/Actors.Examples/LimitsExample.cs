using System.Collections.Concurrent;

namespace Actors.Examples.Limits;

public sealed record Fetch(string Host, int Page) : ITask;

public sealed class FetchHandler(ConcurrentQueue<Fetch> started, ConcurrentDictionary<Fetch, TaskCompletionSource> going) : IAsyncTaskHandler<Fetch, Unit>
{
    public async ValueTask<Ending<Unit>> HandleAsync(Fetch task, TaskContext context)
    {
        var end = going.GetOrAdd(task, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        started.Enqueue(task);
        await end.Task;
        return context.Done();
    }
}

/// <summary>Two at a time per host, whatever the number of workers. HOCON may give the host other permits: actors.limits.host.permits = 4.</summary>
public sealed class LimitsExample : Example
{
    protected override string Prints => """
        started at once: a1 a2 b1
        when a1 has ended: a3
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var started = new ConcurrentQueue<Fetch>();
        var going = new ConcurrentDictionary<Fetch, TaskCompletionSource>();
        var engine = await TaskEngine.StartAsync(
            system,
            tasks => tasks
                .AddHandler<FetchHandler>()
                .Configure<Fetch>(type => type.WithLimit<Fetch>("host", 2, fetch => fetch.Host)),
            Services.With(started, going));

        await engine.Client.SubmitManyAsync([new Fetch("a", 1), new Fetch("a", 2), new Fetch("a", 3), new Fetch("b", 1)]);
        Console.WriteLine($"started at once: {await NextAsync(started, 3)}");

        going[new Fetch("a", 1)].SetResult();
        Console.WriteLine($"when a1 has ended: {await NextAsync(started, 1)}");
    }

    private static async Task<string> NextAsync(ConcurrentQueue<Fetch> started, int count)
    {
        var names = new List<string>();
        while (names.Count < count)
        {
            await Task.Yield();
            if (started.TryDequeue(out var fetch))
            {
                names.Add(fetch.Host + fetch.Page);
            }
        }

        return string.Join(' ', names.Order());
    }
}
