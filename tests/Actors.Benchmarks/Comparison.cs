using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Actors.Benchmarks;

/// <summary>Runs every workload on every engine in turn, several rounds, checks each result and prints medians and ratios.</summary>
internal static class Comparison
{
    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = Options.Number(options, "--rounds") ?? 7;
        var workers = Options.Number(options, "--workers") ?? Environment.ProcessorCount;
        var only = Options.Text(options, "--only");
        Console.WriteLine(
            $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processor(s), {RuntimeInformation.FrameworkDescription}; "
            + $"{workers} worker(s), {rounds} round(s) after one to warm up, in turn");
        Console.WriteLine("A ratio above 1 means that the engine is that many times as fast as Task.Run with WhenAll.");
        Console.WriteLine();
        Console.WriteLine($"{"workload",-22} {"tasks",10} {"engine ms",22} {"Task.Run ms",22} {"ratio",8} {"engine/s",12} {"B/task",8} {"GC ms",8}");
        await using var engine = await ActorsEngine.StartAsync(workers);
        foreach (var workload in Workload.All.Where(workload => only is null || workload.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            await MeasureAsync(workload, engine, rounds);
        }

        return 0;
    }

    private static async Task MeasureAsync(Workload workload, ActorsEngine engine, int rounds)
    {
        List<double> ours = [], theirs = [];
        var allocated = 0L;
        var pause = TimeSpan.Zero;
        for (var round = 0; round <= rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var paused = GC.GetTotalPauseDuration();
            var our = await TimeAsync(() => workload.OnEngine(engine.Client), workload);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            pause = GC.GetTotalPauseDuration() - paused;
            var their = await TimeAsync(workload.OnTasks, workload);
            if (round > 0)
            {
                ours.Add(our);
                theirs.Add(their);
            }
        }

        var ratio = Median(theirs) / Median(ours);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{workload.Name,-22} {workload.Tasks,10} {Spread(ours),22} {Spread(theirs),22} {ratio,8:0.00} {workload.Tasks / Median(ours) * 1000,12:0} {allocated / workload.Tasks,8} {pause.TotalMilliseconds,8:0}"));
    }

    private static async Task<double> TimeAsync(Func<Task<long>> run, Workload workload)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var watch = Stopwatch.StartNew();
        var result = await run();
        var elapsed = watch.Elapsed.TotalMilliseconds;
        return result == workload.Expected
            ? elapsed
            : throw new InvalidOperationException($"{workload.Name} gave {result} and should give {workload.Expected}.");
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2] + sorted[(sorted.Length / 2) - 1]) / 2;
    }

    private static string Spread(List<double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(values):0.0} ({values.Min():0.0}-{values.Max():0.0})");
}
