namespace Actors.Ledger;

/// <summary>What the ledger knows of all tasks of one type. Made at start-up; the running average and the pause alone change, in the ledger.</summary>
internal abstract class TaskType(int index, string name, int pool)
{
    /// <summary>The pool of a type that stands in the store and that this program does not know.</summary>
    public const int Nowhere = -1;

    private long _estimateTicks = -1;
    private TasksAside? _aside;

    /// <summary>Its place in the counts.</summary>
    public int Index { get; } = index;

    public string Name { get; } = name;

    /// <summary>The index of the pool whose workers run it.</summary>
    public int Pool { get; } = pool;

    /// <summary>How long an attempt may take; null means for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    public RetryPolicy Retry { get; init; } = RetryPolicy.None;

    /// <summary>How urgent its tasks are; null leaves it to who spawned them.</summary>
    public int? Priority { get; init; }

    /// <summary>What its tasks have to pass before they run; null where there is nothing.</summary>
    public Admission.TypeGates? Gates { get; init; }

    /// <summary>
    /// Whether a worker may run a follow-up of this type on its own, right after the task that spawned it. Not where the ledger has a say in when it starts.
    /// </summary>
    public bool MayRunAhead => Priority is null && Gates is null && Aside is null;

    /// <summary>Who has paused it; null where nobody has.</summary>
    public Pause? Pause => Aside?.Pause;

    /// <summary>While it is paused, what would have had its turn. Workers look whether there is one.</summary>
    public TasksAside? Aside
    {
        get => Volatile.Read(ref _aside);
        set => Volatile.Write(ref _aside, value);
    }

    /// <summary>How its messages and results are written; null where there is no store.</summary>
    public Storage.ITaskFormat? Format { get; init; }

    /// <summary>Running average of how long an attempt takes; null until one has ended.</summary>
    public TimeSpan? Estimate => EstimateTicks is var ticks and >= 0 ? new TimeSpan(ticks) : null;

    /// <summary>The same in ticks, for any thread; less than 0 until one has ended.</summary>
    public long EstimateTicks
    {
        get => Volatile.Read(ref _estimateTicks);
        private set => Volatile.Write(ref _estimateTicks, value);
    }

    /// <summary>The outcome of a task of this type that was cancelled.</summary>
    public abstract Outcome Cancelled { get; }

    /// <summary>The outcome of a task of this type that failed.</summary>
    public abstract Outcome Failed(Failure failure);

    /// <summary>The outcome of a task of this type that succeeded.</summary>
    public abstract Outcome Succeeded(object? value);

    /// <summary>Moves the average by an eighth of the difference, as TCP does its round-trip time (RFC 6298, 2.3).</summary>
    public void Took(TimeSpan elapsed) =>
        EstimateTicks = EstimateTicks is var average and >= 0 ? average + ((elapsed.Ticks - average) >> 3) : elapsed.Ticks;

    public override string ToString() => Name;
}

/// <inheritdoc/>
internal class TaskType<TResult>(int index, string name, int pool) : TaskType(index, name, pool)
{
    public override Outcome Cancelled => Outcome<TResult>.Cancelled;

    public override Outcome Failed(Failure failure) => Outcome<TResult>.Failed(failure);

    public override Outcome Succeeded(object? value) => Outcome<TResult>.Succeeded((TResult)value!);
}
