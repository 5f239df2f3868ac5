namespace Actors;

/// <summary>A live task, as it stands in a list. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RootId">Its tree's root.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="Pool">The pool that runs it; null where this program has no handler for it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempt">Its last attempt; 0 where it has not run.</param>
/// <param name="Priority">From 0 to 9.</param>
public sealed record TaskSummary(TaskId Id, TaskId RootId, string Type, string? Pool, TaskState State, int Attempt, int Priority);

/// <summary>A page of a list of live tasks. Immutable.</summary>
/// <param name="Tasks">About as many as were asked for: a few more, or fewer on the last page.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
public sealed record TaskPage(IReadOnlyList<TaskSummary> Tasks, string? Next);

/// <summary>One task in full, without its message. Immutable.</summary>
public sealed record TaskDetails
{
    /// <summary>What a list tells of it.</summary>
    public required TaskSummary Task { get; init; }

    /// <summary>The ids from the task up to its root; of one that has ended, only its own.</summary>
    public required IReadOnlyList<TaskId> Path { get; init; }

    /// <summary>When it is due; null where it is not scheduled.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How often its worker or the process died while it ran.</summary>
    public int Losses { get; init; }

    /// <summary>Why it failed; null where it has not.</summary>
    public Failure? Failure { get; init; }

    /// <summary>When it became real; null where there is no store.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its tree; null where the tree has ended.</summary>
    public TreeDetails? Tree { get; init; }
}

/// <summary>A live tree. Immutable.</summary>
public sealed record TreeDetails
{
    /// <summary>How many of its tasks are live.</summary>
    public required long Live { get; init; }

    /// <summary>How many have succeeded.</summary>
    public required long Succeeded { get; init; }

    /// <summary>How many have failed.</summary>
    public required long Failed { get; init; }

    /// <summary>How many were cancelled.</summary>
    public required long Cancelled { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Its deadline; null where it has none.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>What it may use up; null where it has no budget.</summary>
    public TaskBudget? Budget { get; init; }

    /// <summary>How many attempts count against its budget.</summary>
    public long AttemptsUsed { get; init; }

    /// <summary>How much running time counts against its budget.</summary>
    public TimeSpan RunningTimeUsed { get; init; }

    /// <summary>Who has paused it; null where nobody has.</summary>
    public Pause? Pause { get; init; }
}
