namespace Actors.Storage;

/// <summary>What a task has besides where there is a store.</summary>
/// <param name="payload">Its message as it is written; null where it stands in the store and has been read.</param>
internal sealed class StoredTask(byte[]? payload)
{
    /// <summary>The message as it is written, until it stands in the store; of a task that came from there, until it has been read.</summary>
    public byte[]? Payload { get; set; } = payload;

    /// <summary>Its number in its tree.</summary>
    public long Number { get; set; } = TaskRow.None;

    /// <summary>The number of who spawned it.</summary>
    public long Parent { get; set; } = TaskRow.None;

    /// <summary>What it is from its birth on.</summary>
    public TaskFlags Flags { get; set; }

    /// <summary>When it became real.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Whether a batch that was taken has it.</summary>
    public bool IsInStore { get; set; }

    /// <summary>Whether the open batch has it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>When it ended.</summary>
    public long EndedAt { get; set; } = TaskRow.None;

    /// <summary>The how-manieth of its tree to end.</summary>
    public long EndedOrder { get; set; } = TaskRow.None;

    /// <summary>How it ended.</summary>
    public Outcome? Outcome { get; set; }
}

/// <summary>What a tree has besides where there is a store.</summary>
internal sealed class StoredTree(long number)
{
    /// <summary>Its number in the store.</summary>
    public long Number { get; } = number;

    /// <summary>The number that its next task gets.</summary>
    public long NextTask { get; set; }

    /// <summary>Whether the store has it as live.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether the open batch has it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Where its root stands that may wait in the store alone.</summary>
    public BacklogStand Stand { get; set; }

    /// <summary>When it ended.</summary>
    public long EndedAt { get; set; } = TaskRow.None;

    /// <summary>The tree that this one runs again; null where it does not.</summary>
    public Retried? Retries { get; init; }

    /// <summary>Whether its rows are still being read.</summary>
    public bool IsLoading { get; set; }

    /// <summary>The joins that would have been decided while its rows were being read; some perhaps more than once.</summary>
    public List<Ledger.JoinRecord>? Undecided { get; set; }
}

/// <summary>What is known of a tree that another one runs again: see <see cref="TreeRetry"/>.</summary>
/// <param name="Root">Its root.</param>
/// <param name="Shift">What the ids of the other one are shifted by.</param>
internal sealed record Retried(TaskId Root, TaskId Shift);
