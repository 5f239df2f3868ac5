using System.Diagnostics;
using System.Globalization;
using Actors.Benchmarks.Comparing;
using Actors.Benchmarks.Peers;
using Actors.Storage.Tests;

namespace Actors.Benchmarks;

/// <summary>
/// The same work in memory, on stores and on Hangfire with PostgreSQL, in turn: from the client through the handler to the outcome that the client has in hand.
/// </summary>
internal static class DurableComparison
{
    private const int Submission = 1_000;
    private const int InFlight = 32;
    private const int Singles = 300;
    private const int HangfireShare = 100;
    private const int TreeLeaves = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] options)
    {
        var tasks = Options.Number(options, "--tasks") ?? 300_000;
        var rounds = Options.Number(options, "--rounds") ?? 5;
        var workers = Options.Number(options, "--workers") ?? Environment.ProcessorCount;
        var folder = Directory.CreateTempSubdirectory("actors-durable-");
        try
        {
            var sqlite = "sqlite:" + Path.Combine(folder.FullName, "tasks.db");
            Console.WriteLine($"{Environment.ProcessorCount} processor(s), {workers} worker(s), {rounds} round(s) after one to warm up, in turn; a task counts when its outcome is in hand");
            if (Options.Text(options, "--store") is { } location)
            {
                await CompareAsync(workers, tasks, rounds, folder.FullName, (location.Split(':')[0], location), null);
                return 0;
            }

            var server = new PostgreSqlServer();
            await server.InitializeAsync();
            try
            {
                await CompareAsync(workers, tasks, rounds, folder.FullName, ("sqlite", sqlite), ("postgres", "postgres:" + await server.NewDatabaseAsync(), await server.NewDatabaseAsync()));
            }
            finally
            {
                await server.DisposeAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task CompareAsync(
        int workers, int tasks, int rounds, string folder, (string Name, string Location) first, (string Name, string Location, string Hangfire)? second)
    {
        await using var memory = await ActorsEngine.StartAsync(workers);
        await using var durable = await ActorsEngine.StartAsync(workers, first.Location);
        await using var other = second is null ? null : await ActorsEngine.StartAsync(workers, second.Value.Location);
        await using var hangfire = second is null ? null : HangfirePeer.OnPostgreSql(second.Value.Hangfire.Replace(";Pooling=false", "", StringComparison.Ordinal));
        List<Side> sides = [new("memory", memory), new(first.Name, durable)];
        if (other is not null && hangfire is not null)
        {
            sides.Add(new(second!.Value.Name, other));
            sides.Add(new("Hangfire.PostgreSql", hangfire));
        }

        await CompareAsync("flat, no-op", tasks, rounds, sides);
        await CompareAsync("tree of 111,111, and 11,111 joins where there are such", null, rounds, sides);
        foreach (var side in sides.Where(static side => side.Engine is not null).Skip(1))
        {
            await LatencyAsync(side, folder);
        }
    }

    private static async Task CompareAsync(string name, int? flat, int rounds, List<Side> sides)
    {
        sides.ForEach(static side => side.Rates.Clear());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var side in sides)
            {
                var rate = flat is { } tasks ? await side.FlatAsync(tasks) : await side.TreeAsync();
                if (round > 0)
                {
                    side.Rates.Add(rate);
                }
            }
        }

        Console.WriteLine(name);
        var last = sides[^1];
        foreach (var side in sides)
        {
            var ofMemory = Ratio(side, sides[0]).ToString("0.000");
            var ofHangfire = last.Engine is null && side != last ? $"   times Hangfire {Ratio(side, last).ToString("0")}" : "";
            Console.WriteLine($"  {side.Name,-20} {Spread.Of(side.Rates).ToString("0"),28} tasks/s   of memory {ofMemory,22}{ofHangfire}");
        }
    }

    private static Spread Ratio(Side side, Side to) => Spread.Of(side.Rates.Zip(to.Rates, static (left, right) => left / right));

    private static async Task LatencyAsync(Side side, string folder)
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
            submits.Add(await TimeAsync(async () => handle = await side.Engine!.Client.SubmitAsync(One.Instance)));
            await handle!;
        }

        var (submit, flush) = (Spread.Of(submits).Median, Spread.Of(flushes).Median);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"one submit, idle, {side.Name}: median {submit * 1000:0.000} ms; one flush of the disk: median {flush * 1000:0.000} ms; ratio {submit / flush:0.00}"));
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>One of those that are compared.</summary>
    private sealed class Side(string name)
    {
        private readonly HangfirePeer? _hangfire;

        public Side(string name, ActorsEngine engine)
            : this(name) => Engine = engine;

        public Side(string name, HangfirePeer hangfire)
            : this(name) => _hangfire = hangfire;

        public string Name => name;

        public ActorsEngine? Engine { get; }

        /// <summary>Tasks a second, of each round.</summary>
        public List<double> Rates { get; } = [];

        /// <summary>Hangfire gets a hundredth.</summary>
        public async Task<double> FlatAsync(int tasks)
        {
            var count = _hangfire is null ? tasks : Math.Max(tasks / HangfireShare, 1);
            var sum = 0L;
            var seconds = await TimeAsync(async () => sum = await InTime(_hangfire?.FlatAsync(count) ?? FlatAsync(Engine!.Client, count)));
            return Checked(sum, count, count / seconds);
        }

        /// <inheritdoc cref="FlatAsync(int)"/>
        public async Task<double> TreeAsync()
        {
            var leaves = _hangfire is null ? TreeLeaves : TreeLeaves / HangfireShare;
            var nodes = ((leaves * 10) - 1) / 9;
            var joins = _hangfire is null ? (leaves - 1) / 9 : 0;
            var sum = 0L;
            var seconds = await TimeAsync(async () => sum = await InTime(_hangfire?.TreeAsync(leaves, 10) ?? TreeAsync(Engine!.Client)));
            return Checked(sum, (long)leaves * (leaves - 1) / 2, (nodes + joins) / seconds);
        }

        /// <summary>Seen once: one of 9,333 jobs of Hangfire stood there as enqueued, and none of its servers took it.</summary>
        private async Task<long> InTime(Task<long> run)
        {
            try
            {
                return await run.WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                throw new InvalidOperationException($"{Name} has not come to its end in {Patience.TotalMinutes:0} minutes.");
            }
        }

        private double Checked(long result, long expected, double rate) =>
            result == expected ? rate : throw new InvalidOperationException($"{Name} gave {result} and should give {expected}.");

        private static async Task<long> TreeAsync(TaskClient client)
        {
            var handle = await client.SubmitAsync(new SumRange(0, TreeLeaves, 10));
            var sum = (await handle).Value;
            await handle.TreeAsync();
            return sum;
        }

        private static async Task<long> FlatAsync(TaskClient client, int tasks)
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

            return sum;
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
    }
}
