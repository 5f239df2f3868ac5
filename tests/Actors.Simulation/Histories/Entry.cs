namespace Actors.Simulation.Histories;

/// <summary>What must be of one task.</summary>
internal sealed class Entry(Errand task, Entry? spawner, Entry? root)
{
    public Errand Task { get; } = task;

    /// <summary>Who spawned it, whether that still lives or not.</summary>
    public Entry? Spawner { get; } = spawner;

    public Entry Root => root ?? this;

    public TreeEntry? Tree { get; init; }

    /// <summary>As which task of all it became real.</summary>
    public int Born { get; set; }

    public TaskState State { get; set; }

    /// <summary>Its own, or that of who spawned it.</summary>
    public int Priority { get; } = task.OwnPriority ?? spawner?.Priority ?? TaskPriority.Default;

    /// <summary>How far below the root it is.</summary>
    public int Depth { get; } = spawner is null ? 0 : spawner.Depth + 1;

    public bool IsEnded => State.IsTerminal();

    public Ending Ending { get; set; }

    /// <summary>The rule that put it where it is: what is broken where the ledger says otherwise.</summary>
    public string Because { get; set; } = Rules.SuccessSpawns;

    public bool IsCancelled { get; set; }

    /// <summary>When it is due, in ticks; the end of time where its rest is not known yet.</summary>
    public long DueAt { get; set; }

    /// <summary>The run that a worker has.</summary>
    public Stint? Stint { get; set; }

    public int Runs { get; set; }

    /// <summary>How many attempts have failed; for a fold, since its last step that succeeded.</summary>
    public int Failures { get; set; }

    public int AttemptsMax { get; set; } = task.Retry.AttemptsMax;

    /// <summary>How often a worker was lost that had it alone; with a store, how often its worker or the process died while it ran.</summary>
    public int Losses { get; set; }

    /// <summary>The number of its next run, for people: a run that died counts where its traces outlive it.</summary>
    public int NextAttempt(bool isDurable) => Failures + 1 + (isDurable ? Losses : 0);

    /// <summary>Its row, or one that it depends on, has not been read since the process came back: no time is kept for it yet.</summary>
    public bool IsUnread { get; set; }

    /// <summary>It was told to end by a cancel when the process died: it is never run again.</summary>
    public bool IsCondemned { get; set; }

    /// <summary>The deadline passed when it had been told to end for something else: what it fails with if its process dies before it has.</summary>
    public Trouble? Overdue { get; set; }

    /// <summary>Of a join: something that it joins has ended while its tree was being read.</summary>
    public bool HasNews { get; set; }

    public bool IsSuspect { get; set; }

    /// <summary>Its children that became real while it ran.</summary>
    public Dictionary<TaskId, Entry> Early { get; } = [];

    /// <summary>Whether it is the one that has its unique key.</summary>
    public bool HasKey { get; set; }

    /// <summary>The one that has its unique key, and that it ends as; null where it follows none.</summary>
    public Entry? Follows { get; set; }

    /// <summary>As which of those that follow somebody it does. When its process has come back, in the order of the rows.</summary>
    public int Standing { get; set; }

    /// <summary>The join it feeds.</summary>
    public Entry? Feeds { get; set; }

    /// <summary>For a join: who ended with it.</summary>
    public Entry? Owner { get; init; }

    public Entry[] Members { get; set; } = [];

    public List<Entry> Arrived { get; } = [];

    /// <summary>A join's outcomes as they were when it was decided.</summary>
    public Ending?[] Outcomes { get; set; } = [];

    public bool IsDecided { get; set; }

    /// <summary>What a fold fails with once its step has been told to end.</summary>
    public Trouble? Doom { get; set; }

    public FoldEntry? Fold { get; init; }

    public bool IsBelow(Entry above)
    {
        for (var step = this; step is not null; step = step.Spawner)
        {
            if (step == above)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a member that has ended left behind is not below it any more, and goes on.</summary>
    public bool IsBelowALiveMemberOf(Entry join)
    {
        for (var step = this; step is not null; step = step.Spawner)
        {
            if (step.Feeds == join)
            {
                return !step.IsEnded;
            }
        }

        return false;
    }

    public override string ToString() => $"{Task} of tree {Root.Task.Number}, which must be {State}";
}

/// <summary>What must be of a fold. Outcomes go from <see cref="New"/> to <see cref="Offered"/> when a step is made, and away when it is assigned.</summary>
internal sealed class FoldEntry
{
    public List<Ending> New { get; } = [];

    public List<Ending> Offered { get; } = [];

    /// <summary>What the present step takes; null until it is first assigned.</summary>
    public IReadOnlyList<Ending?>? Step { get; set; }

    public int StepSize { get; set; }

    public bool IsLastStep { get; set; }

    public int State { get; set; }
}

/// <summary>What must be of a tree.</summary>
internal sealed class TreeEntry
{
    public List<Entry> Tasks { get; } = [];

    /// <summary>Until it is registered.</summary>
    public Errand? Completion { get; set; }

    public Entry? CompletionEntry { get; set; }

    public bool IsCancelRequested { get; set; }

    public TreeRules? Rules { get; init; }

    /// <summary>In ticks; the end of time where there is no deadline, or it has passed.</summary>
    public long DeadlineAt { get; set; } = long.MaxValue;

    /// <summary>How many attempts count against the budget.</summary>
    public long Attempts { get; set; }

    /// <summary>How many tasks it has ever had, a completion task that is yet to come among them.</summary>
    public int Count => Tasks.Count + (Completion is null ? 0 : 1);

    /// <summary>Whether no attempt of the budget is left for it: it fails in place of starting.</summary>
    public bool IsUsedUp(Entry entry, int charged = 0) => Attempts + charged >= Rules?.AttemptsMax && !IsFree(entry);

    public bool IsFree(Entry entry) => entry == CompletionEntry;

    /// <summary>Whether so many more follow-ups of one would be too many or too deep.</summary>
    public bool Exceeds(Entry spawner, int added) => Rules is { } rules && added > 0 && (Count + added > rules.TasksMax || spawner.Depth + 1 > rules.DepthMax);

    /// <summary>Whether its rows are being read after a crash: its joins decide nothing yet.</summary>
    public bool IsLoading { get; set; }

    /// <summary>What is to be told of it, now that all its tasks have ended.</summary>
    public TreeHasEnded Outcome(Entry root)
    {
        var unjoined = Tasks.FindAll(task => task is { Ending.State: TaskState.Failed, Owner: null, Feeds: null } && task != root);
        var state = IsCancelRequested || root.Ending.State == TaskState.Cancelled ? TaskState.Cancelled
            : root.Ending.State == TaskState.Failed || unjoined.Count > 0 ? TaskState.Failed
            : TaskState.Succeeded;
        return new TreeHasEnded(
            root.Task, root.Ending, state, Number(TaskState.Succeeded), Number(TaskState.Failed), Number(TaskState.Cancelled), unjoined.Count,
            root.Ending.Trouble ?? unjoined.FirstOrDefault()?.Ending.Trouble);
    }

    private long Number(TaskState ended) => Tasks.Count(task => task.Ending.State == ended);
}

/// <summary>One run with a worker.</summary>
internal sealed class Stint(Entry task, Bench bench, int run, int attempt)
{
    public Entry Task { get; } = task;

    public Bench Bench { get; } = bench;

    public int Run { get; } = run;

    public int Attempt { get; } = attempt;

    public Reason Told { get; set; }

    /// <summary>When it began, in ticks.</summary>
    public long AssignedAt { get; init; }

    /// <summary>Times in ticks; the end of time where there is none.</summary>
    public long AbandonAt { get; set; } = long.MaxValue;

    public long TimeoutAt { get; set; } = long.MaxValue;

    public List<Errand> Held { get; } = [];
}

/// <summary>What must be of a worker.</summary>
internal sealed class Bench(int worker, int pool)
{
    public int Worker { get; } = worker;

    public int Pool { get; } = pool;

    public bool IsIdle { get; set; } = true;

    public object? Assignment { get; set; }

    public List<Stint> Stints { get; } = [];

    public long RecallAt { get; set; } = long.MaxValue;

    public long Earliest
    {
        get
        {
            var earliest = RecallAt;
            foreach (var stint in Stints)
            {
                earliest = Math.Min(earliest, Math.Min(stint.TimeoutAt, stint.AbandonAt));
            }

            return earliest;
        }
    }
}
