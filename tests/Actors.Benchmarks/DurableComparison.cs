using System.Diagnostics;
using System.Globalization;

namespace Actors.Benchmarks;

/// <summary>The same work in memory and on a store, in turn: from the client through the handler to the outcome that the client has in hand.</summary>
internal static class DurableComparison
{
    private const int Submission = 1_000;
    private const int InFlight = 32;
    private const int Singles = 300;

    public static async Task<int> RunAsync(string[] options)
    {
        var tasks = Options.Number(options, "--tasks") ?? 300_000;
        var rounds = Options.Number(options, "--rounds") ?? 5;
        var workers = Options.Number(options, "--workers") ?? Environment.ProcessorCount;
        var folder = Directory.CreateTempSubdirectory("actors-durable-");
        try
        {
            var file = Path.Combine(folder.FullName, "tasks.db");
            var location = Options.Text(options, "--store") ?? "sqlite:" + file;
            Console.WriteLine($"{Environment.ProcessorCount} processor(s), {workers} worker(s), {rounds} round(s) after one to warm up, in turn; {location.Split(':')[0]} against memory");
            await using var memory = await ActorsEngine.StartAsync(workers);
            await using var durable = await ActorsEngine.StartAsync(workers, location);
            await CompareAsync("flat, no-op", tasks, rounds, client => FlatAsync(client, tasks), memory, durable);
            await CompareAsync("tree of 111,111 + joins", 122_222, rounds, TreeAsync, memory, durable);
            await LatencyAsync(durable, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task CompareAsync(string name, long tasks, int rounds, Func<TaskClient, Task> run, ActorsEngine memory, ActorsEngine durable)
    {
        List<double> without = [], with = [];
        for (var round = 0; round <= rounds; round++)
        {
            var first = await TimeAsync(() => run(memory.Client));
            var second = await TimeAsync(() => run(durable.Client));
            if (round > 0)
            {
                without.Add(tasks / first);
                with.Add(tasks / second);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-24} memory {Median(without),10:0}/s   store {Median(with),10:0}/s ({with.Min():0}-{with.Max():0})   store/memory {Median(with) / Median(without):0.000}"));
    }

    private static async Task LatencyAsync(ActorsEngine durable, string folder)
    {
        List<double> submits = [], flushes = [];
        var bytes = new byte[4096];
        await using var file = new FileStream(Path.Combine(folder, "flush"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        for (var index = 0; index < Singles; index++)
        {
            flushes.Add(await TimeAsync(() =>
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                return Task.CompletedTask;
            }));
            TaskHandle<long>? handle = null;
            submits.Add(await TimeAsync(async () => handle = await durable.Client.SubmitAsync(One.Instance)));
            await handle!;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"one submit, idle: median {Median(submits) * 1000:0.000} ms; one flush of the disk: median {Median(flushes) * 1000:0.000} ms; ratio {Median(submits) / Median(flushes):0.00}"));
    }

    private static async Task FlatAsync(TaskClient client, int tasks)
    {
        var under = new Queue<Task<long>>();
        var sum = 0L;
        for (var left = tasks; left > 0; left -= Submission)
        {
            if (under.Count == InFlight)
            {
                sum += await under.Dequeue();
            }

            under.Enqueue(SubmitAsync(client, Math.Min(left, Submission)));
        }

        while (under.TryDequeue(out var last))
        {
            sum += await last;
        }

        if (sum != tasks)
        {
            throw new InvalidOperationException($"{tasks} tasks gave {sum}.");
        }
    }

    private static async Task<long> SubmitAsync(TaskClient client, int count)
    {
        var handles = await client.SubmitManyAsync(Enumerable.Repeat(One.Instance, count));
        var sum = 0L;
        foreach (var handle in handles)
        {
            sum += (await handle).Value;
        }

        return sum;
    }

    private static async Task TreeAsync(TaskClient client)
    {
        var handle = await client.SubmitAsync(new SumRange(0, 100_000, 10));
        _ = (await handle).Value == 4_999_950_000L ? 0 : throw new InvalidOperationException("A wrong sum.");
        await handle.TreeAsync();
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
