namespace Actors.Simulation.Histories;

/// <summary>Limits and orders: counted anew from what runs and from what is live, each time.</summary>
internal sealed partial class Book
{
    private static readonly string[] Limits = [GateTerms.Limit, GateTerms.LimitOfAll];

    /// <summary>When tasks of a key started, in this life of the process; and the latest time at which one did, or was to.</summary>
    private readonly Dictionary<string, List<long>> _starts = [];
    private readonly Dictionary<string, long> _lastStart = [];

    /// <summary>Whether a ready task finds a permit at each of its limits, a token for certain, and none before it in its order.</summary>
    /// <param name="entry">The task.</param>
    /// <param name="keptBack">How many places of each limit and rate may be kept back for one that waits elsewhere.</param>
    public bool IsOpen(Entry entry, int keptBack)
    {
        if (terms.Gates is not { } gates)
        {
            return true;
        }

        return !MayBeBehind(entry) && HasToken(entry.Task, gates, keptBack)
            && Limits.All(limit => GateTerms.KeyAt(limit, entry.Task) is not { } key || Running(limit, key) + keptBack < gates.PermitsAt(limit));
    }

    /// <summary>One that has a place in what is assigned and never started has used up nothing.</summary>
    private void TakeBackStart(Stint stint)
    {
        if (terms.Gates?.Rated is not null && GateTerms.KeyAt(GateTerms.Rate, stint.Task.Task) is { } key)
        {
            _starts[key].Remove(stint.AssignedAt);
            Seen?.Add("a token comes back");
        }
    }

    private bool HasToken(Errand task, GateTerms gates, int keptBack) => gates.Rated is not { } rate || GateTerms.KeyAt(GateTerms.Rate, task) is not { } key
        || rate.TokenLimit > keptBack && (!_lastStart.TryGetValue(key, out var last) || Now - last > rate.Rest.Ticks);

    private void JudgeRate(Errand task, RateTerms rate)
    {
        if (GateTerms.KeyAt(GateTerms.Rate, task) is not { } key)
        {
            return;
        }

        var starts = _starts.TryGetValue(key, out var known) ? known : _starts[key] = [];
        starts.Add(Now);
        _lastStart[key] = Now;
        for (var first = 0; first < starts.Count; first++)
        {
            var most = rate.TokenLimit + (((Now - starts[first]) / rate.Period.Ticks) + 1) * rate.TokensPerPeriod;
            Rules.Hold(starts.Count - first <= most, Rules.RateKept, $"{starts.Count - first} of '{key}' started in {TimeSpan.FromTicks(Now - starts[first])}, and {most} may: {task}");
        }

        Seen?.Add(starts.Count > rate.TokenLimit ? "a rate is waited for" : "a rate has tokens");
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

            if (gates.Rated is { } rate)
            {
                JudgeRate(run.Task, rate);
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
