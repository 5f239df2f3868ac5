using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>The histories bite: the checker finds every planted fault and names the rule.</summary>
public sealed class PlantedFaultsSpec
{
    private const int SeedsMax = 4_000;
    private const int Finds = 12;

    public static TheoryData<string> Names => [.. PlantedFault.All.Select(static fault => fault.Name)];

    /// <summary>Some history breaks a rule, and among the first that do one breaks each of those named.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Random_histories_find(string name)
    {
        var fault = PlantedFault.Of(name);
        var broken = Enumerable.Range(0, SeedsMax).Select(seed => Search.Play(seed, new Staging { Plant = fault.Plant })?.Rule).OfType<string>().Take(Finds).ToHashSet();

        Assert.Superset(fault.Breaks.ToHashSet(), broken);
    }
}
