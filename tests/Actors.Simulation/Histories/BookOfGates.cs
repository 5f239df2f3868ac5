namespace Actors.Simulation.Histories;

/// <summary>Limits and orders: counted anew from what runs and from what is live, each time.</summary>
internal sealed partial class Book
{
    private static readonly string[] Limits = [GateTerms.Limit, GateTerms.LimitOfAll];

    /// <summary>Whether a ready task finds a permit at each of its limits, and none before it in its order.</summary>
    public bool IsOpen(Entry entry)
    {
        if (terms.Gates is not { } gates)
        {
            return true;
        }

        return !MayBeBehind(entry) && Limits.All(limit => GateTerms.KeyAt(limit, entry.Task) is not { } key || Running(limit, key) < gates.PermitsAt(limit));
    }

    /// <summary>Judges what has been assigned, after it was.</summary>
    public void JudgeGates(RunsAssigned assigned)
    {
        if (terms.Gates is not { } gates)
        {
            return;
        }

        foreach (var run in assigned.Runs)
        {
            foreach (var limit in Limits)
            {
                if (GateTerms.KeyAt(limit, run.Task) is { } key)
                {
                    var running = Running(limit, key);
                    Rules.Hold(running <= gates.PermitsAt(limit), Rules.LimitKept, $"{running} run under '{limit}' {key}, of {gates.PermitsAt(limit)}: {run.Task}");
                    Seen?.Add(running == gates.PermitsAt(limit) ? "a limit is full" : "a limit has room");
                }
            }

            var entry = EntryOf(run.Task)!;
            Rules.Hold(!IsBehind(entry), Rules.OrderKept, entry);
            Seen?.Add(GateTerms.OrderOf(run.Task) is null ? "one without an order" : "one in order");
        }
    }

    /// <summary>Whether it is, as far as is known.</summary>
    private bool MayBeBehind(Entry entry) =>
        terms.Gates is not null && (!GateTerms.IsLate(entry.Task) ? IsBehind(entry) : GateTerms.OrderOf(entry.Task) is not null);

    private int Running(string limit, string key) =>
        Benches.Values.Sum(bench => bench.Stints.Count(stint => GateTerms.KeyAt(limit, stint.Task.Task) == key));

    /// <summary>Whether another one that became real before it, and has the same key, has not ended, nor ended with a join. A duplicate that waits stands in no order.</summary>
    private bool IsBehind(Entry entry) =>
        !GateTerms.IsLate(entry.Task) && GateTerms.OrderOf(entry.Task) is { } key && Live.Values.Any(other => other.Born < entry.Born && other.State != TaskState.Joining && other is not { Task.Unique: not null, State: TaskState.Waiting } && GateTerms.OrderOf(other.Task) == key);
}
