using System.Globalization;

namespace Actors.Benchmarks.Workloads;

/// <summary>One piece of work, of any size.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Counted">What is counted as one task.</param>
/// <param name="At">The instance that is smaller by so many powers of ten.</param>
internal sealed record Workload(string Name, string Counted, Func<int, Instance> At)
{
    /// <summary>How many workers it is about; null means as many as there are processors, or as was asked for.</summary>
    public int? Workers { get; init; }

    /// <summary>Rounds at most: where the time is in the tasks themselves a few are enough.</summary>
    public int RoundsMax { get; init; } = int.MaxValue;

    /// <summary>Whether tasks wait for a time, so that a slow peer needs no smaller instance, and one that is quick is not quicker.</summary>
    public bool IsTimed { get; init; }

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("million-leaf tree", "every node of the tree; the engine's joins come on top, 111,111 of them", static tenths => Tree(Leaves(1_000_000, tenths))),
        new("tree, 4 times the leaves", "as above", static tenths => Tree(Leaves(4_000_000, tenths))),
        new("fib(25)", "every call of fib; sums by joins, and by counting where a peer counts", static tenths => Fib(25 - (5 * tenths))),
        new("flat million", "tasks submitted from outside, each outcome awaited", static tenths => Flat(Tenth(1_000_000, tenths))),
        new("1 chain of 200,000", "hops: each task spawns the next one", static tenths => Chains(1, Tenth(200_000, tenths))),
        new("64 chains of 10,000", "hops: each task spawns the next one", static tenths => Chains(64, Tenth(10_000, tenths))),
        new("10,000 of 20 us", "tasks that compute for 20 us each, joined", static tenths => new(Text($"spin {Tenth(10_000, tenths)} 20"), Tenth(10_000, tenths), Tenth(10_000, tenths))) { IsTimed = true },
        new("mixed", "tasks: 1 of 100 takes 200 ms, the others 1 ms, blocked", static tenths => new(Text($"mixed {Tenth(10_000, tenths)}"), Tenth(10_000, tenths), Tenth(10_000, tenths))) { Workers = 8, RoundsMax = 3, IsTimed = true },
        new("100,000 that await 10 ms", "tasks that hold a worker, but no thread, for 10 ms", static tenths => new(Text($"pause {Tenth(100_000, tenths)} 10"), Tenth(100_000, tenths), Tenth(100_000, tenths))) { Workers = 1_000, RoundsMax = 3, IsTimed = true },
        new("latency, one after the other", "one task from outside: submit to outcome", static tenths => new(Text($"latency {Tenth(5_000, tenths)} 0"), Tenth(5_000, tenths), Tenth(5_000, tenths))),
        new("latency, after 2 ms of rest", "one task from outside: submit to outcome, on threads that sleep", static tenths => new(Text($"latency {Tenth(500, tenths)} 2"), Tenth(500, tenths), Tenth(500, tenths))) { RoundsMax = 3 },
        new("pending million", "tasks submitted from outside that cannot start: bytes live for each", static tenths => new(Text($"pending {Tenth(1_000_000, tenths)}"), Tenth(1_000_000, tenths), Tenth(1_000_000, tenths))) { RoundsMax = 1, IsTimed = true },
        new("pending million of one tree", "follow-ups of one task that cannot start: bytes live for each", static tenths => new(Text($"pending-tree {Tenth(1_000_000, tenths)}"), Tenth(1_000_000, tenths), Tenth(1_000_000, tenths))) { RoundsMax = 1, IsTimed = true },
    ];

    private static Instance Tree(long leaves)
    {
        var nodes = 0L;
        for (var level = leaves; level > 1; level /= 10)
        {
            nodes += level;
        }

        return new(Text($"tree {leaves} 10"), nodes + 1, leaves * (leaves - 1) / 2);
    }

    private static Instance Fib(int n)
    {
        var (fib, next) = (0L, 1L);
        for (var step = 0; step < n; step++)
        {
            (fib, next) = (next, fib + next);
        }

        return new(Text($"fib {n}"), (2 * next) - 1, fib);
    }

    private static Instance Flat(int tasks) => new(Text($"flat {tasks}"), tasks, tasks);

    private static Instance Chains(int chains, int hops) => new(Text($"chains {chains} {hops}"), (long)chains * hops, (long)chains * hops);

    private static long Leaves(long leaves, int tenths) => leaves / (long)Math.Pow(10, tenths);

    private static int Tenth(int tasks, int tenths) => Math.Max(tasks / (int)Math.Pow(10, tenths), 1);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A workload of one size.</summary>
/// <param name="Command">What a peer is told: a name and whole numbers.</param>
/// <param name="Tasks">How many tasks it has.</param>
/// <param name="Expected">What comes out.</param>
internal sealed record Instance(string Command, long Tasks, long Expected);
