using System.Collections.Concurrent;

namespace Actors.Simulation.Histories;

/// <summary>Looks for histories that break a rule, and for short ones among them.</summary>
internal static class Search
{
    private const int Neighbours = 3_000;

    /// <summary>A seed whose history breaks a rule; null where none does.</summary>
    public static (int Seed, BrokenRuleException Broken)? Find(IEnumerable<int> seeds, Func<ILedgerPort, ILedgerPort>? plant)
    {
        var found = new ConcurrentBag<(int, BrokenRuleException)>();
        Parallel.ForEach(seeds, (seed, loop) =>
        {
            if (Play(seed, plant) is { } broken)
            {
                found.Add((seed, broken));
                loop.Stop();
            }
        });
        return found.TryTake(out var first) ? first : null;
    }

    /// <summary>Of many small histories that break the same rule, the one with the fewest steps; the seed itself where there is none.</summary>
    public static int Shortest((int Seed, BrokenRuleException Broken) found, Func<ILedgerPort, ILedgerPort>? plant)
    {
        var (shortest, steps) = (found.Seed, StepsOf(found.Seed, plant));
        for (var number = 0; number < Neighbours; number++)
        {
            // The size of a history grows with its seed modulo SizeMax: the small ones first.
            var seed = (number % 100 * History.SizeMax) + (number / 100);
            if (Play(seed, plant)?.Rule == found.Broken.Rule && StepsOf(seed, plant) is var count && count < steps)
            {
                (shortest, steps) = (seed, count);
            }
        }

        return shortest;
    }

    /// <summary>What rule the history of a seed breaks, and how it comes to that.</summary>
    public static string Tell(int seed, Func<ILedgerPort, ILedgerPort>? plant)
    {
        var story = new Story();
        var broken = Play(seed, plant, story);
        return string.Join(
            Environment.NewLine, broken?.Message ?? "No rule is broken.", $"ACTORS_SEED={seed} plays this history again:", story, broken?.InnerException);
    }

    private static int StepsOf(int seed, Func<ILedgerPort, ILedgerPort>? plant)
    {
        var story = new Story();
        Play(seed, plant, story);
        return story.Steps;
    }

    public static BrokenRuleException? Play(int seed, Func<ILedgerPort, ILedgerPort>? plant, Story? story = null)
    {
        try
        {
            History.Play(seed, plant, story);
            return null;
        }
        catch (BrokenRuleException broken)
        {
            return broken;
        }
    }
}
