using System.Globalization;
using Actors.Core.Tests.Ledger.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Random histories of the ledger. <c>ACTORS_SEED=n</c> plays the one that a failure named, and no other;
/// <c>ACTORS_HISTORIES=n</c> says how many there are.
/// </summary>
public sealed class HistoriesSpec
{
    private const int Histories = 10_000;

    [Fact]
    public void Ten_thousand_random_histories_keep_every_rule()
    {
        if (Number("ACTORS_SEED") is { } seed)
        {
            Assert.True(Search.Find([seed], null) is null, $"{Search.Tell(seed, null)}");
            return;
        }

        var first = Random.Shared.Next();
        var seeds = Enumerable.Range(0, Number("ACTORS_HISTORIES") ?? Histories).Select(number => unchecked(first + number) & int.MaxValue);
        var found = Search.Find(seeds, null);

        Assert.True(found is null, found is { } broken ? Search.Tell(Search.Shortest(broken, null), null) : null);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
