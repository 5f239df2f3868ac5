using System.Collections.Concurrent;
using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>Plays many small worlds, in every order of events each.</summary>
internal static class SmallWorlds
{
    /// <summary>On all cores. Whatever comes last in a row is taken first, so plans are best listed from the small to the large.</summary>
    /// <returns>A broken rule, null where none is; and how much was visited.</returns>
    public static (Finding? Finding, Visited Visited) Explore(IEnumerable<Plan> plans, CancellationToken stop = default)
    {
        var toPlay = new ConcurrentStack<Plan>(plans);
        var gate = new Lock();
        Finding? found = null;
        var all = default(Visited);
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (found is null && !stop.IsCancellationRequested && toPlay.TryPop(out var plan))
            {
                var (finding, visited) = new Exploration(plan, null).Run();
                lock (gate)
                {
                    found ??= finding;
                    all += visited;
                }
            }
        });
        return (found, all);
    }

    /// <summary>The order with the fewest moves that breaks a rule, of all trees of so many tasks with so many faults: first of those with one task, then with two.</summary>
    /// <returns>Null where no rule is broken in so many moves.</returns>
    public static Finding? Shortest(int tasksMax, int faultsMax, int movesMax, Func<ILedgerPort, ILedgerPort> plant)
    {
        for (var moves = 1; moves <= movesMax; moves++)
        {
            for (var tasks = 1; tasks <= tasksMax; tasks++)
            {
                foreach (var plan in Sketches.Plans(tasks, faultsMax))
                {
                    if (new Exploration(plan, plant, moves).Run().Finding is { } finding)
                    {
                        return finding;
                    }
                }
            }
        }

        return null;
    }
}
