using System.Collections.Concurrent;
using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>Plays many small worlds, in every order of events each.</summary>
internal static class SmallWorlds
{
    /// <summary>On all cores. Whatever comes last in a row is taken first, so plans are best listed from the small to the large.</summary>
    /// <returns>A broken rule with the shortest order of its world that breaks one, null where none is; and how much was visited.</returns>
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
        return (found is null ? null : Shortest([found.Plan], found.Moves.Count, null) ?? found, all);
    }

    /// <summary>The order with the fewest moves that breaks a rule; of several that are as short the one whose plan comes first.</summary>
    /// <returns>Null where no rule is broken in so many moves.</returns>
    public static Finding? Shortest(IReadOnlyList<Plan> plans, int movesMax, Func<ILedgerPort, ILedgerPort>? plant)
    {
        for (var moves = 1; moves <= movesMax; moves++)
        {
            foreach (var plan in plans)
            {
                if (new Exploration(plan, plant, moves).Run().Finding is { } finding)
                {
                    return finding;
                }
            }
        }

        return null;
    }

    /// <summary>Plays the moves of a finding once more, with that fault or another.</summary>
    /// <returns>The rule that is broken; null where none is.</returns>
    public static BrokenRuleException? Replay(Finding finding, Func<ILedgerPort, ILedgerPort> plant)
    {
        try
        {
            var world = new World(new Cast(finding.Plan), plant, null);
            world.Begin();
            foreach (var move in finding.Moves)
            {
                world.Make(move);
            }

            if (world.Moves().Count == 0)
            {
                world.Finish();
            }

            return null;
        }
        catch (BrokenRuleException broken)
        {
            return broken;
        }
    }
}
