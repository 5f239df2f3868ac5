using System.Globalization;
using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Random histories of one kind, as many as there are to be. Of each kind <c>ACTORS_SEED=n</c> plays the one that a failure named, and no other,
/// <c>ACTORS_HISTORIES=n</c> says how many there are, <c>ACTORS_FIRST=n</c> which is the first; the kind stands behind the first word, as in
/// <c>ACTORS_DURABLE_SEED</c>.
/// </summary>
internal static class ManyHistories
{
    public static void AssertKeepEveryRule(Staging? staging, int count)
    {
        if (Number(staging, "SEED") is { } seed)
        {
            Assert.True(Search.Find([seed], staging) is null, $"{staging?.Gates}: {Search.Tell(seed, staging)}");
            return;
        }

        var first = Number(staging, "FIRST") ?? Random.Shared.Next();
        var seeds = Enumerable.Range(0, Number(staging, "HISTORIES") ?? count).Select(number => unchecked(first + number) & int.MaxValue);
        var found = Search.Find(seeds, staging);

        Assert.True(found is null, found is { } broken ? $"{staging?.Gates}: {Search.Tell(broken.Seed, staging)}" : null);
    }

    private static int? Number(Staging? staging, string name) =>
        Environment.GetEnvironmentVariable($"ACTORS_{Search.KindOf(staging)}{name}") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
