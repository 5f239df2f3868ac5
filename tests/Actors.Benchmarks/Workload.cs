namespace Actors.Benchmarks;

/// <summary>One piece of work, written for the engine and for the platform's own thread pool.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Tasks">How many tasks it counts as: the joins, which Task.Run does in its continuations, are not counted.</param>
/// <param name="Expected">What comes out.</param>
/// <param name="OnEngine">On the engine.</param>
/// <param name="OnTasks">With Task.Run and WhenAll.</param>
internal sealed record Workload(string Name, long Tasks, long Expected, Func<TaskClient, Task<long>> OnEngine, Func<Task<long>> OnTasks)
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("million-leaf tree", 1_111_111, 999_999L * 1_000_000 / 2, static client => TreeAsync(client, 10, 6), static () => TreeTasks.SumAsync(0, 1_000_000, 10)),
        new("fib(25)", 242_785, 75_025, static client => FibAsync(client, 25), static () => FibTasks.FibAsync(25)),
        new("flat million", 1_000_000, 1_000_000, FlatAsync, FlatTasks.RunAsync),
    ];

    private static async Task<long> TreeAsync(TaskClient client, int fanOut, int depth)
    {
        var leaves = (long)Math.Pow(fanOut, depth);
        var handle = await client.SubmitAsync(new SumRange(0, leaves, fanOut));
        return (await handle).Value;
    }

    private static async Task<long> FibAsync(TaskClient client, int n)
    {
        var handle = await client.SubmitAsync(new Fib(n));
        return (await handle).Value;
    }

    private static async Task<long> FlatAsync(TaskClient client)
    {
        var tasks = new One[1_000_000];
        Array.Fill(tasks, One.Instance);
        var handles = await client.SubmitManyAsync(tasks);
        var sum = 0L;
        foreach (var outcome in await Task.WhenAll(handles.Select(static handle => handle.OutcomeAsync())))
        {
            sum += outcome.Value;
        }

        return sum;
    }
}

internal static class TreeTasks
{
    public static Task<long> SumAsync(long from, long count, int fanOut) => Task.Run(async () =>
    {
        if (count == 1)
        {
            return from;
        }

        var part = count / fanOut;
        var children = new Task<long>[fanOut];
        for (var index = 0; index < fanOut; index++)
        {
            children[index] = SumAsync(from + (index * part), part, fanOut);
        }

        var sum = 0L;
        foreach (var value in await Task.WhenAll(children))
        {
            sum += value;
        }

        return sum;
    });
}

internal static class FibTasks
{
    public static Task<long> FibAsync(int n) => Task.Run(async () =>
    {
        if (n < 2)
        {
            return n;
        }

        var both = await Task.WhenAll(FibAsync(n - 1), FibAsync(n - 2));
        return both[0] + both[1];
    });
}

internal static class FlatTasks
{
    public static async Task<long> RunAsync()
    {
        var tasks = new Task<long>[1_000_000];
        for (var index = 0; index < tasks.Length; index++)
        {
            tasks[index] = Task.Run(static () => 1L);
        }

        var sum = 0L;
        foreach (var value in await Task.WhenAll(tasks))
        {
            sum += value;
        }

        return sum;
    }
}
