namespace Actors.Simulation.Histories;

/// <summary>In which order ready tasks of a pool may start: the highest priority first, and another where it was passed over often enough.</summary>
internal sealed class OrderBook
{
    /// <summary>As <see cref="TaskPriority"/> says.</summary>
    private const int PassesMax = 32;
    private const int WaitMax = 41;

    /// <summary>How many turns others have had since a priority last had one; and how many of them while it had something that could start.</summary>
    private readonly int[,] _since = new int[Terms.Pools, TaskPriority.Count];
    private readonly int[,] _passes = new int[Terms.Pools, TaskPriority.Count];

    /// <summary>Before what is assigned is running in the book.</summary>
    public void Judge(Book book, RunsAssigned assigned)
    {
        var runs = assigned.Runs.Select(run => book.EntryOf(run.Task)!).ToArray();
        var pool = runs[0].Task.Type.Pool;
        var ready = book.Live.Values.Where(entry => entry.State == TaskState.Ready && entry.Task.Type.Pool == pool && book.MayStart(entry) && !entry.Root.Tree!.IsUsedUp(entry)).ToHashSet();
        (Entry Root, int Priority) turn = default;
        foreach (var run in runs)
        {
            var waiting = ready.Select(static entry => entry.Priority).Distinct().ToArray();
            if ((run.Root, run.Priority) != turn)
            {
                turn = (run.Root, run.Priority);
                Rules.Hold(
                    waiting.All(priority => priority <= run.Priority) || _since[pool, run.Priority] >= PassesMax,
                    Rules.PriorityOrder, $"{run} of priority {run.Priority} starts before one of {waiting.Max()}, and was passed over {_since[pool, run.Priority]} time(s)");
                for (var priority = 0; priority < TaskPriority.Count; priority++)
                {
                    _since[pool, priority] = priority == run.Priority ? 0 : _since[pool, priority] + 1;
                    _passes[pool, priority] = priority == run.Priority || !waiting.Contains(priority) ? 0 : _passes[pool, priority] + 1;
                    Rules.Hold(_passes[pool, priority] <= WaitMax, Rules.PriorityOrder, $"priority {priority} was passed over {_passes[pool, priority]} times");
                }
            }

            ready.Remove(run);
            var charged = runs.TakeWhile(other => other != run).Append(run).Count(other => other.Root == run.Root);
            ready.RemoveWhere(entry => entry.Root == run.Root && run.Root.Tree!.IsUsedUp(entry, charged));
        }
    }
}
