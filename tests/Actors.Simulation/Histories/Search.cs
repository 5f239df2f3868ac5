using System.Collections.Concurrent;

namespace Actors.Simulation.Histories;

/// <summary>Looks for histories that break a rule, and tells them.</summary>
internal static class Search
{
    /// <summary>A seed whose history breaks a rule; null where none does.</summary>
    public static (int Seed, BrokenRuleException Broken)? Find(IEnumerable<int> seeds, Staging? staging)
    {
        var found = new ConcurrentBag<(int, BrokenRuleException)>();
        Parallel.ForEach(seeds, (seed, loop) =>
        {
            if (Play(seed, staging) is { } broken)
            {
                found.Add((seed, broken));
                loop.Stop();
            }
        });
        return found.TryTake(out var first) ? first : null;
    }

    /// <summary>What rule the history of a seed breaks, and the shortest story that it could be reduced to.</summary>
    public static string Tell(int seed, Staging? staging) => Shrinking.Shrink(seed, staging) is { } shrunk
        ? string.Join(
            Environment.NewLine, shrunk.Broken.Message, $"ACTORS_{KindOf(staging)}SEED={seed} plays this history again: {shrunk.StepsBefore} steps, of which these {shrunk.Steps} are left:",
            shrunk.Story, shrunk.Broken.InnerException)
        : $"No rule is broken by the history of seed {seed}.";

    /// <summary>A kind of histories in names of environment variables; empty for those in memory without limits.</summary>
    public static string KindOf(Staging? staging) => (staging is { Gates: not null } ? "GATED_" : "") + (staging is { Uniques: not null } ? "UNIQUE_" : "") + (staging is { IsDurable: true } ? "DURABLE_" : "");

    public static BrokenRuleException? Play(int seed, Staging? staging, Story? story = null) =>
        Play(new Chance(seed), seed, staging, story);

    public static BrokenRuleException? Play(Chance chance, int seed, Staging? staging, Story? story)
    {
        try
        {
            History.Play(chance, seed, staging, story);
            return null;
        }
        catch (BrokenRuleException broken)
        {
            return broken;
        }
    }
}
