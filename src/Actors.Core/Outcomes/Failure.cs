namespace Actors;

/// <summary>What kind of thing went wrong.</summary>
public enum FailureKind
{
    /// <summary>The handler threw, and no attempt is left.</summary>
    Exception,

    /// <summary>The task failed itself for good.</summary>
    Permanent,

    /// <summary>The attempt took longer than its timeout, and no attempt is left.</summary>
    Timeout,

    /// <summary>The join could not be satisfied: a joined task was cancelled, or too few succeeded.</summary>
    Join,

    /// <summary>The worker was lost with it too often.</summary>
    WorkerLost,

    /// <summary>The process died while it ran this task alone, as often as is allowed: see <c>actors.worker-losses-max</c>.</summary>
    Quarantined,

    /// <summary>The deadline of its tree has passed.</summary>
    Deadline,

    /// <summary>It would have exceeded the budget of its tree.</summary>
    Budget,

    /// <summary>What stands in the store cannot be read, or cannot be written there.</summary>
    Payload,
}

/// <summary>Why a task failed. A task that failed because a task it joined failed has that task's failure. Immutable.</summary>
public sealed record Failure
{
    /// <summary>What kind of thing went wrong.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>The full name of the exception's type, or of the kind where no exception was thrown.</summary>
    public required string Type { get; init; }

    /// <summary>The exception's message, or what happened in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The exception's stack trace, inner exceptions included; null where no exception was thrown.</summary>
    public string? StackTrace { get; init; }

    /// <summary>The task that failed first.</summary>
    public TaskId TaskId { get; init; }

    /// <summary>The name of that task's type.</summary>
    public string TaskType { get; init; } = "";

    /// <summary>The attempt that failed for good; 1-based, 0 where none ran.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// The ids from the task that failed first up to the root. Of a path of more than 512 steps the nearest 256 or more and
    /// the root.
    /// </summary>
    public IReadOnlyList<TaskId> Path { get; init; } = [];

    /// <summary>Type and message, the task and its path.</summary>
    public override string ToString() =>
        $"{Type}: {Message} [task {TaskId} ({TaskType}), attempt {Attempt}, {Path.Count} step(s) from the root]";
}
