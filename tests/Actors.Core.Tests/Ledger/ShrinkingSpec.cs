using Actors.Simulation.Histories;
using Xunit.Abstractions;

namespace Actors.Core.Tests.Ledger;

/// <summary>A history that breaks a rule is reduced to what it is broken by.</summary>
public sealed class ShrinkingSpec(ITestOutputHelper output)
{
    private const int StepsMin = 40;
    private const int StepsMax = 10;

    /// <summary>Seeds whose histories have forty tasks and more, and how many steps are left of them.</summary>
    [Theory]
    [InlineData("A report of an earlier run that passes for one of the present run", 1_275)]
    [InlineData("A success that passes for a failure", 235)]
    [InlineData("A put-off that costs an attempt", 885)]
    [InlineData("A follow-up that is forgotten", 1_210)]
    [InlineData("A told follow-up that is dropped", 235)]
    [InlineData("A join that forgets its policy", 235)]
    [InlineData("A fold that takes an outcome in twice", 170)]
    [InlineData("A cancel that is forgotten", 1_275)]
    [InlineData("A run that is never left behind", 170)]
    [InlineData("A chunk that is never recalled", 235)]
    [InlineData("A lost worker that nobody notices", 1_580)]
    [InlineData("A ledger that does not close", 365)]
    public void A_long_history_is_reduced_to_a_short_story_that_breaks_the_same_rule(string name, int seed)
    {
        var plant = new Staging { Plant = PlantedFault.Of(name).Plant };
        var rule = Search.Play(seed, plant)!.Rule;

        var shrunk = Shrinking.Shrink(seed, plant)!;

        output.WriteLine($"{shrunk.StepsBefore} -> {shrunk.Steps}{Environment.NewLine}{shrunk.Story}");
        Assert.True(shrunk.StepsBefore >= StepsMin && shrunk.Steps <= StepsMax, $"{shrunk.StepsBefore} -> {shrunk.Steps}");
        Assert.Equal((rule, rule), (shrunk.Broken.Rule, Search.Play(new Chance(shrunk.Decisions), 0, plant, null)?.Rule));
        Assert.Null(Search.Play(new Chance(shrunk.Decisions), 0, null, null)); // it is the fault that breaks it
    }

    [Fact]
    public void What_is_told_of_a_failure_names_its_seed_its_rule_and_the_steps_that_are_left()
    {
        var plant = new Staging { Plant = PlantedFault.Of("A lost worker that nobody notices").Plant };
        var told = Search.Tell(1_580, plant);

        output.WriteLine(told);
        Assert.Contains("ACTORS_SEED=1580 plays this history again: 43 steps, of which these 4 are left:", told);
        Assert.Contains(Rules.Counts, told);
        Assert.Contains("   4. ", told);
        Assert.DoesNotContain("   5. ", told);
    }

    [Fact]
    public void A_history_that_breaks_no_rule_is_not_reduced()
    {
        Assert.Null(Shrinking.Shrink(4_711, null));
        Assert.Equal("No rule is broken by the history of seed 4711.", Search.Tell(4_711, null));
    }

    [Fact]
    public void Decisions_that_were_taken_down_make_the_same_history()
    {
        var (chance, before, after) = (new Chance(4_711), new Story(), new Story());
        History.Play(chance, 4_711, null, before);
        History.Play(new Chance(chance.Taken), 0, null, after);

        Assert.Equal($"{before}", $"{after}");
    }
}
