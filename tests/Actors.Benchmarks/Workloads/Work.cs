using System.Diagnostics;

namespace Actors.Benchmarks.Workloads;

/// <summary>What the tasks of a workload do, whoever runs them.</summary>
internal static class Work
{
    private const int LongOnes = 100;
    private const int LongMilliseconds = 200;
    private static long _busyTicks;

    /// <summary>Closed, it holds every task of the workload of pending tasks.</summary>
    public static ManualResetEventSlim Gate { get; } = new(initialState: true);

    /// <summary>The time that tasks have spent in their own work since it was last taken.</summary>
    public static TimeSpan TakeBusy() => Stopwatch.GetElapsedTime(0, Interlocked.Exchange(ref _busyTicks, 0));

    /// <summary>Into how many parts a node of the tree splits its leaves: the fan-out, and once fewer where they are a multiple of a power of it.</summary>
    public static int Parts(long leaves, int fanOut)
    {
        var power = 1L;
        while (power * fanOut <= leaves)
        {
            power *= fanOut;
        }

        return power == leaves ? fanOut : (int)(leaves / power);
    }

    public static long Spin(int microseconds)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (Stopwatch.Frequency / 1_000_000 * microseconds);
        while (Stopwatch.GetTimestamp() < end)
        {
            Thread.SpinWait(1);
        }

        Interlocked.Add(ref _busyTicks, Stopwatch.GetTimestamp() - start);
        return 1;
    }

    /// <summary>One task of a hundred, at a place that looks like chance, takes 200 ms and the others 1 ms, all of it blocked.</summary>
    public static long Mixed(int index)
    {
        var start = Stopwatch.GetTimestamp();
        Thread.Sleep(IsLong(index) ? LongMilliseconds : 1);
        Interlocked.Add(ref _busyTicks, Stopwatch.GetTimestamp() - start);
        return 1;
    }

    /// <summary>As <see cref="Mixed"/>, awaited.</summary>
    public static Task<long> MixedAsync(int index) => PauseAsync(IsLong(index) ? LongMilliseconds : 1);

    public static async Task<long> PauseAsync(int milliseconds)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(milliseconds).ConfigureAwait(false);
        Interlocked.Add(ref _busyTicks, Stopwatch.GetTimestamp() - start);
        return 1;
    }

    public static long Wait()
    {
        Gate.Wait();
        return 1;
    }

    private static bool IsLong(int index)
    {
        // 37 and 100 have no common factor, so that each hundred has just one: at another place in each.
        var hundred = index / LongOnes;
        return index % LongOnes == hundred * 37 % LongOnes;
    }
}
