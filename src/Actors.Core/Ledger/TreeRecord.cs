using System.Diagnostics;
using Actors.Storage;

namespace Actors.Ledger;

/// <summary>
/// A tree: what is live of it, how what has ended ended. It ends when <see cref="Live"/> falls to zero, which it does once:
/// a task is counted before it can run, and only a live task of the tree brings a new one.
/// </summary>
internal sealed class TreeRecord : LiveParent
{
    private SeldomFacts? _rare;
    private int _live;

    public TreeRecord(TaskRecord root, TaskRecord? completion)
    {
        Root = root;
        Completion = completion;
    }

    private protected override Links NewLinks() => new();

    internal override TaskRecord? FirstChild { get; set; }

    public TaskRecord Root { get; }

    /// <summary>The task that runs when all others are terminal; null where there is none, or once it has been registered.</summary>
    public TaskRecord? Completion
    {
        get => _rare?.Completion;
        set => RareFor(value)?.Completion = value;
    }

    /// <summary>Whoever awaits the tree from outside; the ledger only hands it back in the effects.</summary>
    public object? Listener { get; set; }

    /// <summary>How many tasks are registered and not terminal.</summary>
    public long Live => _live;

    public long Succeeded { get; private set; }

    public long Failed => _rare?.Failed ?? 0;

    public long Cancelled => _rare?.Cancelled ?? 0;

    /// <summary>How many tasks have ended.</summary>
    public long Ended => Succeeded + Failed + Cancelled;

    public long UnjoinedFailures => _rare?.UnjoinedFailures ?? 0;

    public Failure? FirstUnjoinedFailure => _rare?.FirstUnjoinedFailure;

    public bool IsCancelRequested { get; set; }

    /// <summary>Whether it stands in the index of <see cref="LiveTrees"/>.</summary>
    public bool IsIndexed { get; set; }

    /// <summary>Whether a task of it has ever spawned one that became real while it ran.</summary>
    public bool HasEarly { get; set; }

    public Outcome? RootOutcome { get; set; }

    /// <summary>Its ready tasks: a list of stacks, one for each pool and priority in which it ever had one. Seldom more than two.</summary>
    public ReadyStack? ReadyStacks { get; set; }

    /// <summary>Who has paused it; null where nobody has.</summary>
    public Pause? Pause
    {
        get => _rare?.Pause;
        set => RareFor(value)?.Pause = value;
    }

    /// <summary>While it is held, tasks of it that stood in line for limits; null where there are none.</summary>
    public TasksAside? Aside
    {
        get => _rare?.Aside;
        set => RareFor(value)?.Aside = value;
    }

    /// <summary>Whether workers may run follow-ups of its tasks on their own. Not where the ledger has a say in when they start.</summary>
    public bool MayRunAhead => Pause is null && Terms is not { Budget: not null };

    /// <summary>When it was submitted, in UTC ticks.</summary>
    public long SubmittedAt { get; init; }

    /// <summary>Its deadline and its budget; null where it has neither.</summary>
    public TreeTerms? Terms
    {
        get => _rare?.Terms;
        init => RareFor(value)?.Terms = value;
    }

    private SeldomFacts Rare => _rare ??= new SeldomFacts();

    /// <summary>Where to put that: null where it is nothing and there is no place for it.</summary>
    private SeldomFacts? RareFor(object? value) => value is null ? _rare : Rare;

    /// <summary>Whether nothing of it may start: it is paused, or its deadline passed before all of it was back from the store.</summary>
    public bool IsHeld => Pause is not null || (Stored is { IsLoading: true } && Terms is { IsOver: true, IsTold: false });

    /// <summary>How many tasks it has ever had, a completion task that is yet to come among them.</summary>
    public long Tasks => Stored?.NextTask ?? (Live + Ended + (Completion is null ? 0 : 1));

    /// <summary>What it has besides where there is a store; null where there is none.</summary>
    public StoredTree? Stored { get; set; }

    /// <summary>Takes over the counts of a tree that comes back from a store.</summary>
    public void Restore(TreeCounts counts)
    {
        Succeeded = counts.Succeeded;
        if (counts is { Failed: > 0 } or { Cancelled: > 0 })
        {
            (Rare.Failed, Rare.Cancelled) = (counts.Failed, counts.Cancelled);
            (Rare.UnjoinedFailures, Rare.FirstUnjoinedFailure) = (counts.UnjoinedFailures, counts.FirstUnjoinedFailure?.ToFailure());
        }

        IsCancelRequested = counts.IsCancelRequested;
        Pause = counts.Pause?.ToPause();
    }

    /// <summary>
    /// While its rows are being read all that the store counts is live, read or not, so that what is written meanwhile is true; and it cannot end: that
    /// counts as one more.
    /// </summary>
    public void BeginLoading(long live) => _live = checked((int)live + 1);

    /// <summary>All its rows have been read.</summary>
    public void EndLoading() => _live--;

    public void Enter(TaskRecord task)
    {
        task.Tree = this;
        _live++;
    }

    /// <summary>Tasks have come and gone with a worker.</summary>
    public void Pass(long succeeded) => Succeeded += succeeded;

    public void Leave(TaskState outcome)
    {
        if (_live <= 0)
        {
            throw new UnreachableException($"Tree {Id} has no live task, and yet one ended as {outcome}.");
        }

        _live--;
        switch (outcome)
        {
            case TaskState.Succeeded:
                Succeeded++;
                break;
            case TaskState.Failed:
                Rare.Failed++;
                break;
            case TaskState.Cancelled:
                Rare.Cancelled++;
                break;
            default:
                throw new UnreachableException($"{outcome} is not terminal.");
        }
    }

    /// <summary>A task has failed that no join looks at.</summary>
    public void FailUnjoined(Failure? failure)
    {
        Rare.UnjoinedFailures++;
        Rare.FirstUnjoinedFailure ??= failure;
    }

    public TreeOutcome ToOutcome()
    {
        var root = RootOutcome ?? throw new UnreachableException($"Tree {Id} ended and its root did not.");
        return new TreeOutcome
        {
            RootId = Id,
            Root = root,
            Succeeded = Succeeded,
            Failed = Failed,
            Cancelled = Cancelled,
            UnjoinedFailures = UnjoinedFailures,
            FirstFailure = root.Failure ?? FirstUnjoinedFailure,
            State = IsCancelRequested || root.IsCancelled ? TaskState.Cancelled
                : root.IsFailed || UnjoinedFailures > 0 ? TaskState.Failed
                : TaskState.Succeeded,
        };
    }

    /// <summary>What most trees never have, aside.</summary>
    private sealed class SeldomFacts
    {
        public Pause? Pause;
        public TasksAside? Aside;
        public TreeTerms? Terms;
        public TaskRecord? Completion;
        public long Failed;
        public long Cancelled;
        public long UnjoinedFailures;
        public Failure? FirstUnjoinedFailure;
    }
}
