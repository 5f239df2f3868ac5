using System.Diagnostics;
using System.Runtime.CompilerServices;
using Actors.Storage;

namespace Actors.Ledger;

/// <summary>Who has live children: a task, or the tree for those whose ancestors have all ended.</summary>
internal abstract class LiveParent
{
    private Links? _links;

    /// <summary>A task's own, a tree's that of its root. No virtual call: it is asked for at every step through an index.</summary>
    public TaskId Id => this is TreeRecord tree ? tree.Root.Id : Unsafe.As<TaskRecord>(this).Id;

    /// <summary>Behind it in its bucket of the <see cref="IdIndex{T}"/> that it stands in.</summary>
    internal LiveParent? NextInBucket
    {
        get => _links?.NextInBucket;
        set => (value is null ? _links : _links ??= NewLinks())?.NextInBucket = value; // most stand alone in theirs
    }

    /// <summary>Head of the doubly linked list of live children, newest first.</summary>
    internal abstract TaskRecord? FirstChild { get; set; }

    private protected TaskLinks? Known => (TaskLinks?)_links;

    private protected TaskLinks Linked => (TaskLinks)(_links ??= NewLinks());

    /// <summary>Where to put that: null where it is nothing and there is no place for it.</summary>
    private protected TaskLinks? LinksFor(object? value) => value is null ? Known : Linked;

    private protected abstract Links NewLinks();

    internal void Adopt(TaskRecord child)
    {
        child.Parent = this;
        child.PreviousSibling = null;
        child.NextSibling = FirstChild;
        FirstChild?.PreviousSibling = child;
        FirstChild = child;
    }

    internal void Release(TaskRecord child)
    {
        if (child.PreviousSibling is { } previous)
        {
            previous.NextSibling = child.NextSibling;
        }
        else
        {
            FirstChild = child.NextSibling;
        }

        child.NextSibling?.PreviousSibling = child.PreviousSibling;
        child.Parent = null;
        child.PreviousSibling = null;
        child.NextSibling = null;
    }

    /// <summary>What only the ledger needs, aside: what a worker runs ahead never has it.</summary>
    private protected class Links
    {
        public LiveParent? NextInBucket;
    }

    /// <summary>The same of a task.</summary>
    private protected sealed class TaskLinks : Links
    {
        public TaskRecord? FirstChild;
        public LiveParent? Parent;
        public TreeRecord? Tree;
        public TaskRecord? NextSibling;
        public TaskRecord? PreviousSibling;
        public TaskRecord? NextReady;
        public WorkerRecord? Worker;
        public StoredTask? Stored;
        public RareFacts? Rare;
    }

    /// <summary>What most tasks never have, further aside, so that a million of them do not carry it.</summary>
    private protected sealed class RareFacts
    {
        public SpawnOptions? Options;
        public Dictionary<TaskId, (TaskRecord Child, Outcome? Outcome)>? Early;
        public List<TaskRecord>? Held;
        public Admission.GatedTask? Gated;
        public Admission.UniqueEntry? UniqueEntry;
        public TaskId? DuplicateOf;
        public long DueAtTicks;
        public long AbandonAtTicks;
        public Failure? PendingFailure;
        public int Losses;
        public bool IsSuspect;
        public bool IsOverdue;
    }
}

/// <summary>
/// One task, live or about to be. A worker makes the records of what it spawns; from the report on they belong to the
/// ledger, which alone changes them.
/// </summary>
[DebuggerDisplay("{Type} {Id} {State}")]
internal class TaskRecord : LiveParent
{
    private const byte HeldBack = 0x80;

    private ITaskMessage? _message;

    /// <summary>The path of who spawned it; of a root, which has none, its tree.</summary>
    private object? _origin;

    /// <summary>Two in one byte: with one more, a task would take eight bytes more.</summary>
    private volatile byte _interruption;

    public TaskRecord(TaskId id, TaskType type, ITaskMessage? message, TaskPath? parentPath, SpawnOptions? options)
    {
        Id = id;
        (Type, _message, _origin) = (type, message, parentPath);
        if (options is not null)
        {
            Rare.Options = options;
        }
    }

    public new TaskId Id { get; }

    public TaskType Type { get; }

    private protected override Links NewLinks() => new TaskLinks();

    /// <summary>The message. Of a task that came back from a store it is read when it is first asked for: by its worker.</summary>
    /// <exception cref="PayloadException">What stands in the store cannot be read.</exception>
    public ITaskMessage Message => _message ??= Type.Format!.ReadMessage(Stored!.Payload!);

    /// <summary>Whether the message is there without being read.</summary>
    public bool HasMessage => _message is not null;

    /// <summary>What it has besides where there is a store; null where there is none.</summary>
    public StoredTask? Stored
    {
        get => Known?.Stored;
        set => LinksFor(value)?.Stored = value;
    }

    /// <summary>The path of the task that spawned it; null for a root.</summary>
    public TaskPath? ParentPath => _origin as TaskPath;

    public SpawnOptions? Options => Known?.Rare?.Options;

    public TaskState State { get; set; }

    /// <summary>How urgent it is, once it is real: its own, its type's, or that of who spawned it.</summary>
    public byte Priority { get; private set; } = TaskPriority.Default;

    public RetryPolicy Retry => Options?.Retry ?? Type.Retry;

    public TimeSpan? Timeout => Options?.Timeout ?? Type.Timeout;

    /// <summary>Its tree, once it is real.</summary>
    public TreeRecord? Tree
    {
        get => Known?.Tree ?? _origin as TreeRecord;
        set
        {
            if (_origin is TaskPath)
            {
                Linked.Tree = value;
            }
            else
            {
                _origin = value;
            }
        }
    }

    /// <summary>What the ids of its tree are shifted by: nothing, but where the tree runs another one again.</summary>
    public TaskId Shift => Tree?.Stored?.Retries?.Shift ?? default;

    /// <summary>The nearest live ancestor, or the tree.</summary>
    public LiveParent? Parent
    {
        get => Known?.Parent ?? _origin as TreeRecord;
        set
        {
            if (_origin is TaskPath)
            {
                Linked.Parent = value;
            }
        }
    }

    internal override TaskRecord? FirstChild
    {
        get => Known?.FirstChild;
        set => LinksFor(value)?.FirstChild = value;
    }

    public TaskRecord? NextSibling
    {
        get => Known?.NextSibling;
        set => LinksFor(value)?.NextSibling = value;
    }

    public TaskRecord? PreviousSibling
    {
        get => Known?.PreviousSibling;
        set => LinksFor(value)?.PreviousSibling = value;
    }

    /// <summary>Below it on the stack of ready tasks.</summary>
    public TaskRecord? NextReady
    {
        get => Known?.NextReady;
        set => LinksFor(value)?.NextReady = value;
    }

    /// <summary>The join that this task feeds, and its place there.</summary>
    public JoinRecord? Join { get; set; }

    public int JoinIndex { get; set; }

    /// <summary>Where a worker that runs ahead has got with it, until the ledger has it.</summary>
    public AheadState Ahead { get; set; }

    /// <summary>Who has it; of no meaning unless it is running.</summary>
    public WorkerRecord? Worker
    {
        get => Known?.Worker;
        set => Linked.Worker = value;
    }

    /// <summary>1-based; what the retry policy counts. Runs that cost no attempt take it back.</summary>
    public int Attempt { get; set; }

    /// <summary>
    /// What people are told: 1-based. Where there is a store, a run that died with its worker or its process counts here, and not for the retry policy: so
    /// that no two runs whose traces outlive them have the same number.
    /// </summary>
    public int AttemptNumber => Stored is null ? Attempt : Attempt + Losses;

    /// <summary>Counts every dispatch and never goes back: what an earlier run says later is told apart by it.</summary>
    public int Run { get; set; }

    /// <summary>How often a worker was lost that had this task alone; with a store, how often its worker or its process died in a run.</summary>
    public int Losses
    {
        get => Known?.Rare?.Losses ?? 0;
        set => Rare.Losses = value;
    }

    /// <summary>A worker was lost that had this task among others: it runs alone next time, so that the culprit is known.</summary>
    public bool IsSuspect
    {
        get => Known?.Rare is { IsSuspect: true };
        set => Rare.IsSuspect = value;
    }

    /// <summary>
    /// What has been decided about the running attempt before it ended. The ledger alone writes it; a worker looks at it before it starts the task, so that
    /// what was cancelled in a chunk never starts.
    /// </summary>
    public Interruption Interruption
    {
        get => (Interruption)(_interruption & ~HeldBack);
        set => _interruption = (byte)((byte)value | (_interruption & HeldBack));
    }

    /// <summary>Whether its run, if it has not begun, is to be given back: it has been paused since it was assigned. A worker looks before it starts the task.</summary>
    public bool IsHeldBack
    {
        get => (_interruption & HeldBack) != 0;
        set => _interruption = (byte)((_interruption & ~HeldBack) | (value ? HeldBack : 0));
    }

    /// <summary>When a scheduled task is due.</summary>
    public long DueAtTicks
    {
        get => Known?.Rare?.DueAtTicks ?? 0;
        set => Rare.DueAtTicks = value;
    }

    /// <summary>What it fails with once its run, which was told to end, has: a fold that has failed while a step was running, a deadline, a budget.</summary>
    public Failure? PendingFailure
    {
        get => Known?.Rare?.PendingFailure;
        set => RareFor(value)?.PendingFailure = value;
    }

    /// <summary>The deadline of its tree passed after it had been told to end for something else. In another process it fails with that, and does not run again.</summary>
    public bool IsOverdue
    {
        get => Known?.Rare is { IsOverdue: true };
        set => Rare.IsOverdue = value;
    }

    /// <summary>When its interrupted run is abandoned.</summary>
    public long AbandonAtTicks
    {
        get => Known?.Rare?.AbandonAtTicks ?? 0;
        set => Rare.AbandonAtTicks = value;
    }

    /// <summary>Children that became real while it runs, and their outcomes: kept so that a join finds one that ended first.</summary>
    public Dictionary<TaskId, (TaskRecord Child, Outcome? Outcome)>? Early => Known?.Rare?.Early;

    /// <summary>Follow-ups told to the coordinator by others on behalf of the running attempt.</summary>
    public List<TaskRecord>? Held => Known?.Rare?.Held;

    /// <summary>What it has besides where its type has limits, rates or an order.</summary>
    public Admission.GatedTask? Gated => Known?.Rare?.Gated;

    /// <summary>That it is to be the only one of its type with a key; null where it may be one of many.</summary>
    public UniqueTask? Unique => Options?.Unique;

    /// <summary>The key that it has for itself; null where it has none, or another task has it.</summary>
    public Admission.UniqueEntry? UniqueEntry
    {
        get => Known?.Rare?.UniqueEntry;
        set => RareFor(value)?.UniqueEntry = value;
    }

    /// <summary>The task that had its unique key when it became real; null where none had.</summary>
    public TaskId? DuplicateOf
    {
        get => Known?.Rare?.DuplicateOf;
        set => RareFor(value)?.DuplicateOf = value;
    }

    public TaskId RootId => ParentPath?.RootId ?? Id;

    /// <summary>The path that its children have. Made anew each time: who needs it more often keeps it.</summary>
    public TaskPath Path => ParentPath is null ? TaskPath.Root(Id) : ParentPath.Child(Id);

    /// <param name="inherited">What holds where neither the task nor its type says anything.</param>
    public void SetPriority(int inherited) => Priority = (byte)(Known?.Rare?.Options?.Priority ?? Type.Priority ?? inherited);

    private RareFacts Rare => Linked.Rare ??= new RareFacts();

    private RareFacts? RareFor(object? value) => value is null ? Known?.Rare : Rare;

    public Dictionary<TaskId, (TaskRecord Child, Outcome? Outcome)> KeepEarly() => Rare.Early ??= [];

    public List<TaskRecord> Hold() => Rare.Held ??= [];

    /// <summary>Its keys at the gates of its type: asked first where it is made, so that a selector that throws does so there.</summary>
    public string?[] KeysOf(Admission.TypeGates gates)
    {
        var gated = Rare.Gated ??= new Admission.GatedTask();
        return gated.Keys ??= gates.KeysOf(this);
    }

    /// <summary>As <see cref="KeysOf"/>, where it is made.</summary>
    public TaskRecord WithKeys()
    {
        if (Type.Gates is { } gates)
        {
            Rare.Gated = new Admission.GatedTask { Keys = gates.KeysOf(Message) };
        }

        return this;
    }

    public void ForgetEarly() => Known?.Rare?.Early = null;

    public void ForgetHeld() => Known?.Rare?.Held = null;
}

/// <summary>What has been decided about a running attempt. The later members win over the earlier.</summary>
internal enum Interruption : byte
{
    None,

    /// <summary>The engine stops: a success still counts, anything else goes back to ready and costs no attempt.</summary>
    Stop,

    /// <summary>The attempt has failed with a timeout, whatever it says later.</summary>
    Timeout,

    /// <summary>The task is cancelled, whatever its attempt says later.</summary>
    Cancel,
}

/// <summary>A join: a task that becomes ready when its rule says so, and whose outcome is that of its owner.</summary>
internal sealed class JoinRecord(
    TaskId id, TaskType type, ITaskMessage? message, TaskPath? parentPath, JoinPolicy policy, int children, bool isFold, SpawnOptions? options = null)
    : TaskRecord(id, type, message, parentPath, options)
{
    private SeldomFacts? _aside;

    /// <summary>The task that ended with this join.</summary>
    public TaskRecord? Owner { get; set; }

    public JoinPolicy Policy { get; } = policy;

    public int Children { get; } = children;

    public int Succeeded { get; set; }

    public int NotSucceeded { get; set; }

    public bool IsFold { get; } = isFold;

    /// <summary>The rule has spoken: no outcome counts any more.</summary>
    public bool IsDecided { get; set; }

    /// <summary>A join's outcomes, each at its child's place; null for a fold.</summary>
    public Outcome?[]? Outcomes { get; } = isFold ? null : children == 0 ? [] : new Outcome?[children];

    /// <summary>A fold's outcomes that have arrived and were not handed to a step yet.</summary>
    public Queue<Outcome>? Arrived
    {
        get => _aside?.Arrived;
        set => Aside.Arrived = value;
    }

    /// <summary>What the current step of a fold folds in; kept until the step has succeeded.</summary>
    public Outcome[]? Step
    {
        get => _aside?.Step;
        set => Aside.Step = value;
    }

    /// <summary>How many outcomes the steps that have succeeded have folded in.</summary>
    public long Folded
    {
        get => _aside?.Folded ?? 0;
        set => Aside.Folded = value;
    }

    /// <summary>How many outcomes a fold had got when it was decided before all its children had ended: it takes no others. 0 where it was not.</summary>
    public int Taken { get; set; }

    /// <summary>How many tasks of its tree had ended when it was made.</summary>
    public long MadeAfter
    {
        get => _aside?.MadeAfter ?? 0;
        set => Aside.MadeAfter = value;
    }

    /// <summary>Whether the current step is the fold's last.</summary>
    public bool IsLastStep { get; set; }

    /// <summary>What a fold carries from step to step; null before the first.</summary>
    public object? FoldState
    {
        get => _aside?.FoldState;
        set => Aside.FoldState = value;
    }

    /// <summary>The failure of the first child that did not succeed, where that can fail the join.</summary>
    public Failure? FirstFailure
    {
        get => _aside?.FirstFailure;
        set => Aside.FirstFailure = value;
    }

    /// <summary>Children that were spawned early, by id, with their places: resolved when the join is registered.</summary>
    public List<(TaskId Id, int Index)>? EarlyChildren
    {
        get => _aside?.EarlyChildren;
        set => (value is null ? _aside : Aside)?.EarlyChildren = value;
    }

    private SeldomFacts Aside => _aside ??= new SeldomFacts();

    /// <summary>What most joins never have.</summary>
    private sealed class SeldomFacts
    {
        public Queue<Outcome>? Arrived;
        public Outcome[]? Step;
        public object? FoldState;
        public Failure? FirstFailure;
        public List<(TaskId Id, int Index)>? EarlyChildren;
        public long Folded;
        public long MadeAfter;
    }
}
