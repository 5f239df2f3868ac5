namespace Actors.Simulation.Histories;

/// <summary>Tasks that are to be the only live ones of their type with a key: who comes second waits for the first, or never runs.</summary>
internal sealed partial class Book
{
    /// <summary>Those that waited when the process died, and those that became real before all were back.</summary>
    private readonly List<Entry> _comingBack = [];

    private bool _isReturning = terms.IsDurable;
    private int _standings;

    /// <summary>The process has died: nobody has a key before all are back.</summary>
    public void BeginReturn()
    {
        _comingBack.Clear();
        _isReturning = true;
    }

    /// <summary>The tasks of a tree come back.</summary>
    public void Return(Entry entry)
    {
        if (entry is { Task.Unique: not null, HasKey: false })
        {
            _comingBack.Add(entry);
        }
    }

    /// <summary>All are back: who waited for one that has ended meanwhile ends as that did, and who has met nobody yet does so now.</summary>
    public void EndReturn()
    {
        _isReturning = false;
        Enter();
        foreach (var entry in _comingBack.Where(static entry => !entry.IsEnded).OrderBy(static entry => entry.Follows is null))
        {
            entry.Standing = ++_standings;
            if (entry.Follows is not { } first)
            {
                Meet([entry]);
                if (entry.HasKey)
                {
                    Seen?.Add("a task that met nobody has its key");
                    entry.State = entry.DueAt > Now ? TaskState.Scheduled : TaskState.Ready;
                }
            }
            else if (first.IsEnded)
            {
                Seen?.Add("what a duplicate waits for has ended before all were back");
                _following.Enqueue((entry, first.Ending));
            }
        }

        Leave();
    }

    /// <summary>Tasks have become real in one step, in the order in which they were spawned: each meets those before it.</summary>
    private void Meet(IEnumerable<Entry> made)
    {
        Enter();
        foreach (var entry in made)
        {
            if (entry.Task.Unique is not { } unique)
            {
                continue;
            }

            if (_isReturning)
            {
                Seen?.Add("a task becomes real before all are back");
                entry.State = TaskState.Waiting;
                _comingBack.Add(entry);
                continue;
            }

            if (Live.Values.FirstOrDefault(other => other.HasKey && other != entry && other.Task.Type == entry.Task.Type && other.Task.Unique!.Key == unique.Key) is not { } first)
            {
                entry.HasKey = true;
                Seen?.Add("a task has its key for itself");
                continue;
            }

            if (unique.Clash == Clash.Replace && first is { Runs: 0, Failures: 0, Losses: 0, Early.Count: 0, State: TaskState.Ready or TaskState.Scheduled })
            {
                Seen?.Add("a task takes the place of another");
                (entry.HasKey, first.HasKey) = (true, false);
                foreach (var waiting in Live.Values.Where(other => other.Follows == first))
                {
                    waiting.Follows = entry;
                }

                _following.Enqueue((first, Ending.Cancelled));
                continue;
            }

            entry.State = TaskState.Waiting;
            if (unique.Clash != Clash.Attach)
            {
                Seen?.Add("a duplicate is skipped");
                _following.Enqueue((entry, Ending.Cancelled));
            }
            else if (WaitsFor(first, entry))
            {
                Seen?.Add("a duplicate would wait for itself");
                _following.Enqueue((entry, Ending.Failed(NewTrouble(entry, FailureKind.Permanent, 0))));
            }
            else
            {
                Seen?.Add("a duplicate waits for the first");
                (entry.Follows, entry.Standing) = (first, ++_standings);
            }
        }

        Leave();
    }

    /// <summary>Whether one ends only after another has.</summary>
    private bool WaitsFor(Entry waiting, Entry other)
    {
        HashSet<Entry> waited = [other];
        for (var before = 0; before < waited.Count;)
        {
            before = waited.Count;
            waited.UnionWith(Live.Values.Where(entry => waited.Any(step =>
                step.Owner == entry
                || (step.Owner is null && step.Feeds is { IsDecided: false, IsEnded: false } join && join.Owner == entry)
                || (step.Owner is null && step.Feeds is null && step.Spawner == entry && entry.Early.ContainsKey(step.Task.Id))
                || entry.Follows == step)).ToArray());
        }

        return waited.Contains(waiting);
    }

    /// <summary>What waits for a task that has ended ends as it did, once all is settled that follows from its end.</summary>
    private void Follow(Entry ended)
    {
        foreach (var entry in Live.Values.Where(entry => !_isReturning && entry.Follows == ended).OrderBy(static entry => entry.Standing))
        {
            Seen?.Add($"a duplicate ends as the first: {ended.State}");
            _following.Enqueue((entry, ended.Ending));
        }
    }
}
