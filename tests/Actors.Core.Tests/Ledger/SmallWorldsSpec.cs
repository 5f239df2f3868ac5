using System.Diagnostics;
using System.Globalization;
using Actors.Simulation.Worlds;
using Xunit.Abstractions;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Every order of events of every small tree. What is played and what is not: <c>tests/Actors.Simulation/README.md</c>.
/// </summary>
public sealed class SmallWorldsSpec(ITestOutputHelper output)
{
    /// <summary>How many of the trees of four tasks are played with a second fault too.</summary>
    private const int Drawn = 40;

    [Fact]
    public void Every_order_of_events_of_every_tree_of_up_to_three_tasks_with_up_to_two_faults_keeps_every_rule() =>
        Keep(Enumerable.Range(1, 3).SelectMany(static tasks => Sketches.Plans(tasks, 2)));

    [Fact]
    public void Every_order_of_events_of_every_tree_of_four_tasks_with_one_fault_keeps_every_rule() => Keep(Sketches.Plans(4, 1));

    /// <summary><c>ACTORS_WORLDS=all</c> plays all of them, which takes minutes.</summary>
    [Fact]
    public void Every_order_of_events_of_some_trees_of_four_tasks_with_two_faults_keeps_every_rule()
    {
        var plans = Sketches.Plans(4, 2).ToArray();
        if (Environment.GetEnvironmentVariable("ACTORS_WORLDS") != "all")
        {
            Random.Shared.Shuffle(plans);
            plans = plans[..Drawn];
        }

        Keep(plans);
    }

    /// <summary>A state that is given up since it is known must be the one that is known.</summary>
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 5)]
    [InlineData(3, 0, 1)]
    [InlineData(3, 1, 11)]
    [InlineData(4, 0, 33)]
    [InlineData(4, 1, 331)]
    public void Where_two_orders_come_to_the_same_fingerprint_the_same_can_come_of_both(int tasks, int faultsMax, int ofHowMany)
    {
        var meetings = 0L;
        foreach (var plan in Sketches.Plans(tasks, faultsMax).Where((_, index) => index % ofHowMany == 0))
        {
            var likeness = new Likeness(plan);
            Assert.Null(likeness.FindDifference());
            meetings += likeness.Meetings;
        }

        Assert.True(meetings > 50, $"{meetings} times");
        output.WriteLine($"{meetings} times two orders met.");
    }

    [Fact]
    public void What_a_fingerprint_leaves_out_is_there_to_be_left_out() => Assert.Empty(Fingerprint.NamesOfNothing);

    private void Keep(IEnumerable<Plan> plans)
    {
        var watch = Stopwatch.StartNew();
        var (finding, visited) = SmallWorlds.Explore(plans);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{visited}, {watch.Elapsed.TotalSeconds:0.0} s"));

        Assert.True(finding is null, $"{finding}");
    }
}
