using System.Diagnostics;
using System.Globalization;
using Actors.Benchmarks.Peers;
using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks.Comparing;

/// <summary>The other end of <see cref="PeerProcess"/>: a process with one peer in it, which reads what to run, a line each, and answers with what it measured.</summary>
internal static class PeerServer
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(string name, int workers)
    {
        await using var peer = await PeerKind.StartAsync(name, workers);
        using var pauses = new CollectorPauses();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Measurement measurement;
            try
            {
                measurement = await MeasureAsync(peer, line.Split(' '), pauses);
            }
            catch (NotSupportedException)
            {
                measurement = new Measurement { IsUnsupported = true };
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                measurement = new Measurement { Failure = exception.ToString() };
            }

            await Console.Out.WriteLineAsync(measurement.Write());
            await Console.Out.FlushAsync();
        }

        return 0;
    }

    private static async Task<Measurement> MeasureAsync(IPeer peer, string[] command, CollectorPauses pauses)
    {
        var numbers = command.Skip(1).Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        switch (command[0])
        {
            case "latency":
                return await MeasureLatencyAsync(peer, numbers[0], TimeSpan.FromMilliseconds(numbers[1]));
            case "pending":
                return await MeasurePendingAsync(peer, numbers[0], ofOneTree: false);
            case "pending-tree":
                return await MeasurePendingAsync(peer, numbers[0], ofOneTree: true);
        }

        Work.Prepare();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        await Task.Delay(Quiet); // the events of these collections arrive
        pauses.TakeLongest();
        Work.TakeBusy();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var paused = GC.GetTotalPauseDuration();
        var start = Stopwatch.GetTimestamp();
        var result = await RunAsync(peer, command[0], numbers);
        var elapsed = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        paused = GC.GetTotalPauseDuration() - paused;
        await Task.Delay(Quiet);
        return new Measurement
        {
            Result = result,
            Milliseconds = elapsed.TotalMilliseconds,
            BusyMilliseconds = Work.TakeBusy().TotalMilliseconds,
            Allocated = allocated,
            PauseMilliseconds = paused.TotalMilliseconds,
            LongestPauseMilliseconds = pauses.TakeLongest().TotalMilliseconds,
        };
    }

    private static Task<long> RunAsync(IPeer peer, string name, int[] numbers) => name switch
    {
        "tree" => peer.TreeAsync(numbers[0], numbers[1]),
        "fib" => peer.FibAsync(numbers[0]),
        "flat" => peer.FlatAsync(numbers[0]),
        "chains" => peer.ChainsAsync(numbers[0], numbers[1]),
        "spin" => peer.SpinAsync(numbers[0], numbers[1]),
        "mixed" => peer.MixedAsync(numbers[0]),
        "pause" => peer.PauseAsync(numbers[0], numbers[1]),
        _ => throw new ArgumentException($"There is no workload {name}."),
    };

    private static async Task<Measurement> MeasureLatencyAsync(IPeer peer, int count, TimeSpan rest)
    {
        var latencies = new double[count];
        var sum = 0L;
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++)
        {
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest);
            }

            var submitted = Stopwatch.GetTimestamp();
            sum += await peer.OneAsync();
            latencies[index] = Stopwatch.GetElapsedTime(submitted).TotalMicroseconds;
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        Array.Sort(latencies);
        return new Measurement
        {
            Result = sum,
            Milliseconds = elapsed.TotalMilliseconds,
            MedianMicroseconds = latencies[count / 2],
            NinetyNinthMicroseconds = latencies[count * 99 / 100],
        };
    }

    private static async Task<Measurement> MeasurePendingAsync(IPeer peer, int tasks, bool ofOneTree)
    {
        GC.Collect();
        await Task.Delay(Quiet); // what the last run left behind is let go
        Work.Gate.Reset();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var live = 0L;
        var start = Stopwatch.GetTimestamp();
        long result;
        try
        {
            result = await peer.PendingAsync(tasks, ofOneTree, () =>
            {
                live = GC.GetTotalMemory(forceFullCollection: true) - before;
                Work.Gate.Set();
            });
        }
        finally
        {
            Work.Gate.Set();
        }

        return new Measurement { Result = result, Milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds, Live = live };
    }
}
