using System.Collections.Concurrent;

namespace Actors.Simulation.Histories;

/// <summary>Looks for histories that break a rule, and tells them.</summary>
internal static class Search
{
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

    /// <summary>What rule the history of a seed breaks, and the shortest story that it could be reduced to.</summary>
    public static string Tell(int seed, Func<ILedgerPort, ILedgerPort>? plant) => Shrinking.Shrink(seed, plant) is { } shrunk
        ? string.Join(
            Environment.NewLine, shrunk.Broken.Message, $"ACTORS_SEED={seed} plays this history again: {shrunk.StepsBefore} steps, of which these {shrunk.Steps} are left:",
            shrunk.Story, shrunk.Broken.InnerException)
        : $"No rule is broken by the history of seed {seed}.";

    public static BrokenRuleException? Play(int seed, Func<ILedgerPort, ILedgerPort>? plant, Story? story = null) =>
        Play(new Chance(seed), seed, plant, story);

    public static BrokenRuleException? Play(Chance chance, int seed, Func<ILedgerPort, ILedgerPort>? plant, Story? story)
    {
        try
        {
            History.Play(chance, seed, plant, story);
            return null;
        }
        catch (BrokenRuleException broken)
        {
            return broken;
        }
    }
}
