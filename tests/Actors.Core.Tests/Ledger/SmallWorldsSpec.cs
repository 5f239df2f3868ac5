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
    private const int Drawn = 10;

    /// <summary>How many steps the shortest story of each planted fault takes, the first of them a worker's start.</summary>
    private static readonly Dictionary<string, int> Steps = new()
    {
        ["A report of an earlier run that passes for one of the present run"] = 5,
        ["An end that is lost"] = 3,
        ["A failure that passes for a success"] = 3,
        ["A success that passes for a failure"] = 3,
        ["A result that is swapped for another"] = 3,
        ["A task that is given back and passes for done"] = 5,
        ["A follow-up that is forgotten"] = 3,
        ["A follow-up of an attempt that fails"] = 3,
        ["A second child at the place of the first"] = 6,
        ["A join that fires one child early"] = 3,
        ["A join that waits for a child too many"] = 4,
        ["A join that mixes up the places of its children"] = 4,
        ["A join that forgets its policy"] = 3,
        ["A fold that takes an outcome in twice"] = 4,
        ["A cancel that is forgotten"] = 3,
        ["A cancel of a tree that stops at its root"] = 4,
        ["A run that is not told to end"] = 3,
        ["A run that is never left behind"] = 4,
        ["A chunk that is never recalled"] = 4,
        ["An assignment that is lost"] = 2,
        ["An assignment that two workers get"] = 4,
        ["An attempt that is counted twice"] = 4,
        ["The end of a tree told twice"] = 3,
        ["The end of a tree not told"] = 3,
        ["The end of a tree told with the end of its root"] = 3,
        ["The end of a root told twice"] = 3,
        ["A count of a tree that is off by one"] = 3,
        ["A completion task that is forgotten"] = 3,
        ["A lost worker that nobody notices"] = 3,
        ["A retry before it is due"] = 3,
        ["A task that is due and not woken"] = 3,
        ["A ledger that asks to be woken too late"] = 2,
        ["A ledger that does not close"] = 5,
        ["A stop that tells nobody"] = 4,
        ["A count that is off by one"] = 1,
        ["An outcome that changes once it is there"] = 5,
    };

    /// <summary>What no small world has: runs that are put off, and follow-ups that others tell.</summary>
    private static readonly string[] OutOfPlace =
    [
        "A put-off that costs an attempt", "A told follow-up that is dropped", "A pause that is forgotten at dispatch", "A pause that recalls nothing",
        "A priority that is forgotten", "A deadline that is forgotten", "A budget of one task more", "A budget of one attempt more",
    ];

    private const int MovesMax = 6;

    private static IEnumerable<Plan> UpToThree => Enumerable.Range(1, 3).SelectMany(static tasks => Sketches.Plans(tasks, 2));

    public static TheoryData<string> Found => [.. Steps.Keys];

    public static TheoryData<string> NotFound => [.. OutOfPlace];

    [Fact]
    public void Every_order_of_events_of_every_tree_of_up_to_three_tasks_with_up_to_two_faults_keeps_every_rule() =>
        Keep(UpToThree);

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

    [Theory]
    [MemberData(nameof(Found))]
    public void A_planted_fault_is_found_and_its_story_is_short(string name)
    {
        var plant = PlantedFault.Of(name).Plant;
        var finding = SmallWorlds.Shortest([.. UpToThree, .. Sketches.Plans(4, 0)], MovesMax, plant);

        Assert.NotNull(finding);
        output.WriteLine($"{finding}");
        Assert.Equal(Steps[name], finding.Steps);
        Assert.Equal(finding.Broken.Rule, SmallWorlds.Replay(finding, plant)?.Rule);
        Assert.Null(SmallWorlds.Replay(finding, static port => port));
    }

    [Theory]
    [MemberData(nameof(NotFound))]
    public void A_planted_fault_that_small_worlds_have_no_place_for_is_not_found(string name) =>
        Assert.Null(SmallWorlds.Shortest([.. Sketches.Plans(2, 2)], MovesMax, PlantedFault.Of(name).Plant));

    [Fact]
    public void Of_every_planted_fault_it_is_known_whether_small_worlds_find_it() =>
        Assert.Equal(PlantedFault.All.Select(static fault => fault.Name).Order(), Steps.Keys.Concat(OutOfPlace).Order());

    private void Keep(IEnumerable<Plan> plans)
    {
        var watch = Stopwatch.StartNew();
        var (finding, visited) = SmallWorlds.Explore(plans);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{visited}, {watch.Elapsed.TotalSeconds:0.0} s"));

        Assert.True(finding is null, $"{finding}");
    }
}
