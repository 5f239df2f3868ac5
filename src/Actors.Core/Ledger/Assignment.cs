namespace Actors.Ledger;

/// <summary>A chunk of tasks for one worker. The worker answers with reports that carry it until nothing of it is left.</summary>
internal sealed class Assignment(WorkerRecord worker, int count) : LedgerEffect
{
    private bool _isTaken;

    public WorkerRecord Worker { get; } = worker;

    /// <summary>What was assigned, and what the worker has kept of what it spawned. The array is never changed once it has left.</summary>
    public AssignedTask[] Tasks { get; private set; } = new AssignedTask[count];

    /// <summary>Whether its worker may run ahead; null where it may not.</summary>
    public Hunger? MayRunAhead { get; init; }

    /// <summary>Whether its worker may have tasks that the ledger does not know: until it has told them for good.</summary>
    public bool IsAhead { get; set; }

    /// <summary>
    /// Whether its worker has received it. The worker sets it, and whoever learns that the worker is gone reads it: a worker that died before cannot have
    /// died of it.
    /// </summary>
    public bool IsTaken
    {
        get => Volatile.Read(ref _isTaken);
        set => Volatile.Write(ref _isTaken, value);
    }

    /// <summary>The worker has these, too, from now on; what has ended is forgotten.</summary>
    public void Adopt(List<AssignedTask> adopted) => Tasks = [.. Tasks.Where(static run => run.IsCurrent), .. adopted];
}

/// <summary>One run of one task, with what the worker may read while the ledger goes on.</summary>
/// <param name="Task">Its record: the worker reads only what never changes.</param>
/// <param name="Run">Says which run a report is about.</param>
/// <param name="Attempt">1-based.</param>
internal readonly record struct AssignedTask(TaskRecord Task, int Run, int Attempt)
{
    /// <summary>Whether this run is the one that counts. The ledger's to ask.</summary>
    public bool IsCurrent => Task.State == TaskState.Running && Task.Run == Run;
}

/// <summary>A worker as the ledger sees it.</summary>
internal sealed class WorkerRecord(int id, int pool, object? reference = null)
{
    public int Id { get; } = id;

    public int Pool { get; } = pool;

    /// <summary>The actor; the ledger only hands it back in the effects.</summary>
    public object? Reference { get; } = reference;

    /// <summary>Whose it is: what a worker says to the one that came after, when that was started anew, is stale.</summary>
    public TaskLedger? Ledger { get; set; }

    /// <summary>What it has; null while it has nothing.</summary>
    public Assignment? Assignment { get; set; }

    /// <summary>When that left for it, in UTC ticks; null while it has not.</summary>
    public long? SentAtTicks { get; set; }

    /// <summary>How many tasks of its assignment are still with it.</summary>
    public int Outstanding { get; set; }

    /// <summary>Whether it made itself known and has not been lost since.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Whether it has yet to say that it is idle: at its first start, and at the new start after a run was abandoned.</summary>
    public bool IsAwaited { get; set; } = true;

    /// <summary>When to ask for what it has not started; max where that is pointless.</summary>
    public long RecallAtTicks { get; set; } = long.MaxValue;

    /// <summary>When its running attempt has timed out; max where it cannot, or where it is not known which one runs.</summary>
    public long TimeoutAtTicks { get; set; } = long.MaxValue;

    /// <summary>When its running attempt, told to end, is abandoned.</summary>
    public long AbandonAtTicks { get; set; } = long.MaxValue;

    public long NextCheckTicks => Math.Min(Math.Min(RecallAtTicks, TimeoutAtTicks), AbandonAtTicks);

    /// <summary>Whether the open batch of the <see cref="Storage.Journal"/> has it.</summary>
    public bool IsTouched { get; set; }

    public void ClearChecks() => RecallAtTicks = TimeoutAtTicks = AbandonAtTicks = long.MaxValue;
}
