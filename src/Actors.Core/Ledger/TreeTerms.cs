namespace Actors.Ledger;

/// <summary>What was asked for a tree when it was submitted. A deadline is resolved to a time when the tree is accepted.</summary>
internal sealed record TreeRequest(TimeSpan? Deadline, DateTimeOffset? DeadlineAt, TaskBudget? Budget)
{
    public TreeTerms ToTerms(Func<TimeSpan, long> after) => new()
    {
        DeadlineAt = DeadlineAt?.UtcTicks ?? (Deadline is { } deadline ? after(deadline) : long.MaxValue),
        Budget = Budget,
    };
}

/// <summary>A tree's deadline and budget, and how much of that is used up. Most trees have none.</summary>
internal sealed class TreeTerms
{
    /// <summary>When the tree is to be over, in UTC ticks; the end of time where it has no deadline.</summary>
    public long DeadlineAt { get; init; } = long.MaxValue;

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether what was live then was told. Once: what comes after that, a completion task, has no deadline.</summary>
    public bool IsTold { get; set; }

    public TaskBudget? Budget { get; init; }

    /// <summary>How many attempts have been started that count.</summary>
    public long Attempts { get; set; }

    /// <summary>How long attempts have run, up to <see cref="CountedTo"/>.</summary>
    public TimeSpan Ran { get; set; }

    /// <summary>Up to when the running time is counted, in UTC ticks.</summary>
    public long CountedTo { get; set; }

    /// <summary>What runs, where its time is counted.</summary>
    public List<TaskRecord> Running { get; } = [];

    /// <summary>When to look at the tree next, in UTC ticks; the end of time for never.</summary>
    public long AlarmAt { get; set; } = long.MaxValue;

    /// <summary>How long attempts have run until now.</summary>
    public TimeSpan RanUntil(long now) => Ran + ((now - CountedTo) * Running.Count is var ticks and > 0 ? TimeSpan.FromTicks(ticks) : TimeSpan.Zero);

    /// <summary>When the running time is used up if what runs goes on; the end of time where it is not limited, or nothing runs.</summary>
    public long ExhaustedAt => Budget?.RunningTime is { } limit && Running.Count > 0
        ? CountedTo + (Math.Max(0, (limit - Ran).Ticks) + Running.Count - 1) / Running.Count
        : long.MaxValue;
}
