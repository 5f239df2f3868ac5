namespace Actors.Storage;

/// <summary>
/// One task as it stands in a store. A tree's tasks are numbered in the order in which they became real, so its rows lie together and a child always
/// comes after who spawned it.
/// </summary>
internal struct TaskRow
{
    /// <summary>No task, no join, no time: what the numbers below hold where there is none.</summary>
    public const long None = -1;

    /// <summary>The tree's number in this store: 1, 2, 3 in the order of their submission.</summary>
    public long Tree;

    /// <summary>The task's number in its tree; the root has 0. With <see cref="Tree"/> the key of the row.</summary>
    public long Number;

    public TaskId Id;

    /// <summary>The number of the task that spawned it, or of the owner of a join; none for a root and for a completion task.</summary>
    public long Parent;

    /// <summary>The registered name of its type.</summary>
    public string Type;

    /// <summary>The message: JSON in UTF-8, or what the protector made of it.</summary>
    public byte[]? Payload;

    /// <summary>What it has different from its type, as JSON in UTF-8; mostly null.</summary>
    public byte[]? Options;

    public TaskFlags Flags;

    /// <summary>The number of the join that it feeds; none where it feeds none.</summary>
    public long Join;

    /// <summary>Its place there.</summary>
    public int Place;

    public TaskState State;

    /// <summary>When it is due, in UTC ticks; none where it is not scheduled.</summary>
    public long DueAt;

    /// <summary>How many attempts have been started; without the one that runs, which is told by what its worker has.</summary>
    public int Attempt;

    /// <summary>How often a worker or the process died that ran this task alone.</summary>
    public int Losses;

    /// <summary>When it became real, in UTC ticks.</summary>
    public long CreatedAt;

    /// <summary>When it ended, in UTC ticks; none while it has not.</summary>
    public long EndedAt;

    /// <summary>Which of its tree's tasks was the how-manieth to end, from 1; none while it has not ended.</summary>
    public long EndedOrder;

    /// <summary>The result where it succeeded, the failure where it failed, as JSON in UTF-8; null where there is nothing to say.</summary>
    public byte[]? Outcome;

    /// <summary>What a join is besides a task, as JSON in UTF-8; null for all others.</summary>
    public byte[]? Joins;

    /// <summary>The tree's counts as JSON in UTF-8, on a root's row; null on all others, and on that of a tree that never had more than its root.</summary>
    public byte[]? Counts;

    /// <summary>On a root's row, when the tree ended, in UTC ticks; none while it has not.</summary>
    public long TreeEndedAt;
}

/// <summary>What a task is besides its state. The numbers stand in stores: they never change.</summary>
[Flags]
internal enum TaskFlags
{
    None = 0,

    /// <summary>A join.</summary>
    Join = 1,

    /// <summary>A join that folds.</summary>
    Fold = 2,

    /// <summary>The task that runs when all others of its tree are terminal.</summary>
    Completion = 4,

    /// <summary>Became real while its parent ran.</summary>
    Early = 8,

    /// <summary>Has spawned early and may yet make a join of that.</summary>
    HasEarly = 16,

    /// <summary>A worker or the process died while it ran: it runs alone next time.</summary>
    Suspect = 32,

    /// <summary>It was running when it was cancelled: it is never run again.</summary>
    Cancelled = 64,

    /// <summary>Is not real yet: a completion task whose tree is still live.</summary>
    Withheld = 128,

    /// <summary>It has failed since it was quarantined, and nobody has released it yet.</summary>
    Quarantined = 256,

    /// <summary>It was running when the deadline of its tree passed: it is never run again, and fails with that.</summary>
    Expired = 512,
}
