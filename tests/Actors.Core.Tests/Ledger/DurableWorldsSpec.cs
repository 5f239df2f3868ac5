using System.Diagnostics;
using Actors.Simulation.Worlds;
using Xunit.Abstractions;

namespace Actors.Core.Tests.Ledger;

/// <summary>Every order of events of every small tree with a store: with a process that dies at any point, and a commit that fails before or after it has written.</summary>
public sealed class DurableWorldsSpec(ITestOutputHelper output)
{
    [Fact]
    public void Every_order_of_events_of_every_tree_of_up_to_three_tasks_with_one_fault_keeps_every_rule() =>
        Keep(Sketches.Plans(1, 2).Concat(Sketches.Plans(2, 1)).Concat(Sketches.Plans(3, 1).Where(static plan => plan.Workers == 1)));

    /// <summary><c>ACTORS_WORLDS=all</c> plays all of them, which takes long.</summary>
    [Fact]
    public void Every_order_of_events_of_larger_worlds_keeps_every_rule()
    {
        if (Environment.GetEnvironmentVariable("ACTORS_WORLDS") == "all")
        {
            Keep(Sketches.Plans(2, 2).Concat(Sketches.Plans(3, 1)).Concat(Sketches.Plans(4, 1).Where(static plan => plan.Workers == 1)));
        }
    }

    private void Keep(IEnumerable<Plan> plans)
    {
        var watch = Stopwatch.StartNew();
        Plan[] all = [.. plans];
        var (story, orders, steps) = DurableWorlds.Explore(all);
        output.WriteLine(FormattableString.Invariant($"{all.Length} worlds, {orders:N0} orders, {steps:N0} steps in {watch.Elapsed.TotalSeconds:0.0} s"));
        Assert.True(story is null, story);
    }
}
