using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Actors.Benchmarks.Workloads;

/// <summary>What the tasks of a workload do, whoever runs them.</summary>
internal static class Work
{
    private const int LongOnes = 100;
    private const int LongMilliseconds = 200;
    private static readonly Lazy<int> TurnsPerMicrosecond = new(Calibrate);
    private static long _busyTicks;

    /// <summary>Closed, it holds every task of the workload of pending tasks.</summary>
    public static ManualResetEventSlim Gate { get; } = new(initialState: true);

    /// <summary>The time that tasks have spent in their own work since it was last taken.</summary>
    public static TimeSpan TakeBusy() => Stopwatch.GetElapsedTime(0, Interlocked.Exchange(ref _busyTicks, 0));

    /// <summary>Learns how fast this machine is, once.</summary>
    public static void Prepare() => _ = TurnsPerMicrosecond.Value;

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

    /// <summary>
    /// Computes for as long as that takes on a processor of one's own: by count and not by the clock, since two threads that share a processor would both see the time pass.
    /// </summary>
    public static long Spin(int microseconds)
    {
        Interlocked.Add(ref _busyTicks, Stopwatch.Frequency / 1_000_000 * microseconds);
        return (Turn(TurnsPerMicrosecond.Value * microseconds) | 1) & 1;
    }

    /// <summary>One task of a hundred, at a place that looks like chance, takes 200 ms and the others 1 ms, all of it blocked.</summary>
    public static long Mixed(int index)
    {
        var start = Stopwatch.GetTimestamp();
#pragma warning disable ACT1004 // a handler that blocks its worker is the workload
        Thread.Sleep(IsLong(index) ? LongMilliseconds : 1);
#pragma warning restore ACT1004
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
#pragma warning disable ACT1004 // a handler that blocks its worker is the workload
        Gate.Wait();
#pragma warning restore ACT1004
        return 1;
    }

    /// <summary>The least of many tries: whatever disturbs only makes it longer.</summary>
    private static int Calibrate()
    {
        const int tries = 400;
        const int turns = 100_000;
        var least = long.MaxValue;
        var sum = 0L;
        for (var attempt = 0; attempt < tries; attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            sum += Turn(turns);
            least = Math.Min(least, Stopwatch.GetTimestamp() - start);
        }

        return Math.Max((int)(turns / Stopwatch.GetElapsedTime(0, least).TotalMicroseconds) | (int)(sum & 0), 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Turn(int turns)
    {
        var value = 88172645463325252L + turns;
        for (var turn = 0; turn < turns; turn++)
        {
            value ^= value << 13;
            value ^= value >>> 7;
            value ^= value << 17;
        }

        return value;
    }

    private static bool IsLong(int index)
    {
        // 37 and 100 have no common factor, so that each hundred has just one: at another place in each.
        var hundred = index / LongOnes;
        return index % LongOnes == hundred * 37 % LongOnes;
    }
}
