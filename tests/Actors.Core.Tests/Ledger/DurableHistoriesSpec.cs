using System.Globalization;
using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Random histories with a store: slow, away, failing before and after it has written; a process that dies between any two events and comes back; clients whose
/// messages come late, twice or never. <c>ACTORS_DURABLE_SEED=n</c> plays the one that a failure named, <c>ACTORS_DURABLE_HISTORIES=n</c> says how many there are.
/// </summary>
public sealed class DurableHistoriesSpec
{
    private const int Histories = 5_000;
    private static readonly Staging Durable = new() { IsDurable = true };

    [Fact]
    public void Thousands_of_random_histories_with_a_store_keep_every_rule()
    {
        if (Number("ACTORS_DURABLE_SEED") is { } seed)
        {
            Assert.True(Search.Find([seed], Durable) is null, $"{Search.Tell(seed, Durable)}");
            return;
        }

        var first = Number("ACTORS_DURABLE_FIRST") ?? Random.Shared.Next();
        var seeds = Enumerable.Range(0, Number("ACTORS_DURABLE_HISTORIES") ?? Histories).Select(number => unchecked(first + number) & int.MaxValue);
        var found = Search.Find(seeds, Durable);

        Assert.True(found is null, found is { } broken ? Search.Tell(broken.Seed, Durable) : null);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
