using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>
/// Every tree of so many tasks, joins and the completion task among them. Two trees that differ only in the order of what is spawned now and what is a
/// follow-up are one: what is spawned now comes first in any case. Policies that judge alike for so many members are one.
/// </summary>
internal static class Sketches
{
    public static IEnumerable<Plan> Plans(int tasks, int faultsMax) =>
        from hasCompletion in new[] { false, true }
        where tasks > (hasCompletion ? 1 : 0)
        from root in OfSize(tasks - (hasCompletion ? 1 : 0), false)
        from workers in new[] { 1, 2 }
        select new Plan(root, hasCompletion, workers, faultsMax);

    private static IEnumerable<Sketch> OfSize(int size, bool isNow)
    {
        foreach (var children in Forests(size - 1, true))
        {
            yield return new Sketch(isNow, children, null);
        }

        for (var joined = 1; joined < size; joined++)
        {
            foreach (var task in OfSize(joined, false))
            {
                foreach (var children in Forests(size - 1 - joined, true))
                {
                    foreach (var join in Joins(children.Length, task))
                    {
                        yield return new Sketch(isNow, children, join);
                    }
                }
            }
        }
    }

    /// <summary>Every row of children of so many tasks in all.</summary>
    private static IEnumerable<Sketch[]> Forests(int size, bool mayBeNow)
    {
        if (size == 0)
        {
            yield return [];
            yield break;
        }

        for (var first = 1; first <= size; first++)
        {
            foreach (var isNow in mayBeNow ? [true, false] : new[] { false })
            {
                foreach (var child in OfSize(first, isNow))
                {
                    foreach (var others in Forests(size - first, isNow))
                    {
                        yield return [child, .. others];
                    }
                }
            }
        }
    }

    private static IEnumerable<JoinSketch> Joins(int children, Sketch task) =>
        from members in Enumerable.Range(0, 1 << children)
        from terms in Policies(int.PopCount(members))
        from isFold in new[] { false, true }
        select new JoinSketch(terms.Policy, terms.Needed, isFold, members, task);

    private static IEnumerable<(Policy Policy, int Needed)> Policies(int members)
    {
        yield return (Policy.All, 0);
        if (members > 0)
        {
            yield return (Policy.Collect, 0);
        }

        // A quorum of all is the policy All; one of more than there are fails at once.
        for (var needed = 1; needed < Math.Max(members, 2 - members); needed++)
        {
            yield return (Policy.Quorum, needed);
        }
    }
}
