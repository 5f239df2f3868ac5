using System.Collections.Concurrent;
using Actors.Simulation.Histories;
using Actors.Simulation.Stores;

namespace Actors.Simulation.Worlds;

/// <summary>Every order of events of small worlds with a store, depth first, by replay.</summary>
internal static class DurableWorlds
{
    /// <summary>No order of so few tasks is as long.</summary>
    private const int MovesMax = 150;

    /// <summary>On all cores.</summary>
    /// <returns>The story of an order that breaks a rule, null where none does; and how many orders and steps were played.</returns>
    public static (string? Story, long Orders, long Steps) Explore(IEnumerable<Plan> plans, DurableFault? fault = null)
    {
        var toPlay = new ConcurrentStack<Plan>(plans);
        var gate = new Lock();
        string? story = null;
        var (orders, steps) = (0L, 0L);
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (story is null && toPlay.TryPop(out var plan))
            {
                var explored = Explore(plan, fault);
                lock (gate)
                {
                    story ??= explored.Story;
                    (orders, steps) = (orders + explored.Orders, steps + explored.Steps);
                }
            }
        });
        return (story, orders, steps);
    }

    private static (string? Story, long Orders, long Steps) Explore(Plan plan, DurableFault? fault)
    {
        var (orders, steps) = (0L, 0L);
        var decisions = new List<(DurableMove[] Ways, int Way)>();
        do
        {
            orders++;
            if (Play(plan, fault, decisions, null, ref steps) is not null)
            {
                var story = new Story();
                var broken = Play(plan, fault, decisions, story, ref steps)!;
                return (string.Join(Environment.NewLine, broken.Message, $"In the world {plan}:", story, broken.InnerException), orders, steps);
            }
        }
        while (NextOrder(decisions));

        return (null, orders, steps);
    }

    private static BrokenRuleException? Play(Plan plan, DurableFault? fault, List<(DurableMove[] Ways, int Way)> decisions, Story? story, ref long steps)
    {
        try
        {
            var world = new DurableWorld(plan, fault, story) { IsJudged = story is not null || decisions.Count == 0 };
            var last = decisions.Count - 1; // what came before it was judged when it was made
            world.Begin();
            for (var depth = 0; ; depth++)
            {
                if (depth == decisions.Count)
                {
                    DurableMove[] ways = [.. world.Moves()];
                    if (ways.Length == 0)
                    {
                        world.Finish();
                        return null;
                    }

                    decisions.Add((ways, 0));
                }

                Rules.Hold(depth < MovesMax, Rules.EverythingEnds, "it goes on and on");
                steps++;
                world.IsJudged = story is not null || depth >= last;
                world.Make(decisions[depth].Ways[decisions[depth].Way]);
            }
        }
        catch (Exception exception)
        {
            return exception as BrokenRuleException ?? new BrokenRuleException(Rules.NoCrash, exception.Message, exception);
        }
    }

    private static bool NextOrder(List<(DurableMove[] Ways, int Way)> decisions)
    {
        for (var last = decisions.Count - 1; last >= 0; last--)
        {
            var (ways, way) = decisions[last];
            if (way + 1 < ways.Length)
            {
                decisions[last] = (ways, way + 1);
                return true;
            }

            decisions.RemoveAt(last);
        }

        return false;
    }
}
