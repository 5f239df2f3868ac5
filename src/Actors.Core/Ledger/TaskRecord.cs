using System.Diagnostics;
using Actors.Storage;

namespace Actors.Ledger;

/// <summary>Who has live children: a task, or the tree for those whose ancestors have all ended.</summary>
internal abstract class LiveParent(TaskId id)
{
    public TaskId Id { get; } = id;

    /// <summary>Behind it in its bucket of the <see cref="IdIndex{T}"/> that it stands in.</summary>
    internal LiveParent? NextInBucket { get; set; }

    /// <summary>Head of the doubly linked list of live children, newest first.</summary>
    internal TaskRecord? FirstChild { get; set; }

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
}

/// <summary>
/// One task, live or about to be. A worker makes the records of what it spawns; from the report on they belong to the
/// ledger, which alone changes them.
/// </summary>
[DebuggerDisplay("{Type} {Id} {State}")]
internal class TaskRecord(TaskId id, TaskType type, ITaskMessage? message, TaskPath? parentPath, SpawnOptions? options) : LiveParent(id)
{
    private RareFacts? _rare = options is null ? null : new RareFacts { Options = options };
    private ITaskMessage? _message = message;
    private TaskPath? _path;
    private const byte HeldBack = 0x80;

    /// <summary>Two in one byte: with one more, a task would take eight bytes more.</summary>
    private volatile byte _interruption;

    public TaskType Type { get; } = type;

    /// <summary>The message. Of a task that came back from a store it is read when it is first asked for: by its worker.</summary>
    /// <exception cref="PayloadException">What stands in the store cannot be read.</exception>
    public ITaskMessage Message => _message ??= Type.Format!.ReadMessage(Stored!.Payload!);

    /// <summary>Whether the message is there without being read.</summary>
    public bool HasMessage => _message is not null;

    /// <summary>What it has besides where there is a store; null where there is none.</summary>
    public StoredTask? Stored { get; set; }

    /// <summary>The path of the task that spawned it; null for a root.</summary>
    public TaskPath? ParentPath { get; } = parentPath;

    public SpawnOptions? Options => _rare?.Options;

    public TaskState State { get; set; }

    /// <summary>How urgent it is, once it is real: its own, its type's, or that of who spawned it.</summary>
    public byte Priority { get; private set; } = TaskPriority.Default;

    public RetryPolicy Retry => Options?.Retry ?? Type.Retry;

    public TimeSpan? Timeout => Options?.Timeout ?? Type.Timeout;

    public TreeRecord? Tree { get; set; }

    /// <summary>What the ids of its tree are shifted by: nothing, but where the tree runs another one again.</summary>
    public TaskId Shift => Tree?.Stored?.Retries?.Shift ?? default;

    /// <summary>The nearest live ancestor, or the tree.</summary>
    public LiveParent? Parent { get; set; }

    public TaskRecord? NextSibling { get; set; }

    public TaskRecord? PreviousSibling { get; set; }

    /// <summary>Below it on the stack of ready tasks.</summary>
    public TaskRecord? NextReady { get; set; }

    /// <summary>The join that this task feeds, and its place there.</summary>
    public JoinRecord? Join { get; set; }

    public int JoinIndex { get; set; }

    /// <summary>Where a worker that runs ahead has got with it, until the ledger has it.</summary>
    public AheadState Ahead { get; set; }

    /// <summary>The join that this task waits for, as long as only its worker knows of both. Where the ledger's lists of siblings run later.</summary>
    public JoinRecord? AheadJoin
    {
        get => (JoinRecord?)NextSibling;
        set => NextSibling = value;
    }

    /// <summary>Who has it; of no meaning unless it is running.</summary>
    public WorkerRecord? Worker { get; set; }

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
        get => _rare?.Losses ?? 0;
        set => Rare.Losses = value;
    }

    /// <summary>A worker was lost that had this task among others: it runs alone next time, so that the culprit is known.</summary>
    public bool IsSuspect
    {
        get => _rare is { IsSuspect: true };
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
        get => _rare?.DueAtTicks ?? 0;
        set => Rare.DueAtTicks = value;
    }

    /// <summary>What it fails with once its run, which was told to end, has: a fold that has failed while a step was running, a deadline, a budget.</summary>
    public Failure? PendingFailure
    {
        get => _rare?.PendingFailure;
        set
        {
            if (value is not null || _rare is not null)
            {
                Rare.PendingFailure = value;
            }
        }
    }

    /// <summary>When its interrupted run is abandoned.</summary>
    public long AbandonAtTicks
    {
        get => _rare?.AbandonAtTicks ?? 0;
        set => Rare.AbandonAtTicks = value;
    }

    /// <summary>Children that became real while it runs, and their outcomes: kept so that a join finds one that ended first.</summary>
    public Dictionary<TaskId, (TaskRecord Child, Outcome? Outcome)>? Early => _rare?.Early;

    /// <summary>Follow-ups told to the coordinator by others on behalf of the running attempt.</summary>
    public List<TaskRecord>? Held => _rare?.Held;

    /// <summary>What it has besides where its type has limits, rates or an order.</summary>
    public Admission.GatedTask? Gated => _rare?.Gated;

    /// <summary>The key that it has for itself; null where it has none, or another task has it.</summary>
    public Admission.UniqueEntry? Unique
    {
        get => _rare?.Unique;
        set => Rare.Unique = value;
    }

    /// <summary>The task that had its unique key when it became real; null where none had.</summary>
    public TaskId? DuplicateOf
    {
        get => _rare?.DuplicateOf;
        set => Rare.DuplicateOf = value;
    }

    public TaskId RootId => ParentPath?.RootId ?? Id;

    /// <summary>Always the same one, whoever asks first: its worker and the ledger may at the same time.</summary>
    public TaskPath Path
    {
        get
        {
            if (_path is null)
            {
                Interlocked.CompareExchange(ref _path, ParentPath is null ? TaskPath.Root(Id) : ParentPath.Child(Id), null);
            }

            return _path;
        }
    }

    /// <param name="inherited">What holds where neither the task nor its type says anything.</param>
    public void SetPriority(int inherited) => Priority = (byte)(_rare?.Options?.Priority ?? Type.Priority ?? inherited);

    private RareFacts Rare => _rare ??= new RareFacts();

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

    public void ForgetEarly() => _rare?.Early = null;

    public void ForgetHeld() => _rare?.Held = null;

    /// <summary>What most tasks never have, aside, so that a million of them do not carry it.</summary>
    private sealed class RareFacts
    {
        public SpawnOptions? Options;
        public Dictionary<TaskId, (TaskRecord Child, Outcome? Outcome)>? Early;
        public List<TaskRecord>? Held;
        public Admission.GatedTask? Gated;
        public Admission.UniqueEntry? Unique;
        public TaskId? DuplicateOf;
        public long DueAtTicks;
        public long AbandonAtTicks;
        public Failure? PendingFailure;
        public int Losses;
        public bool IsSuspect;
    }
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
    TaskId id, TaskType type, ITaskMessage? message, TaskPath? parentPath, JoinPolicy policy, int children, bool isFold)
    : TaskRecord(id, type, message, parentPath, null)
{
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
    public Queue<Outcome>? Arrived { get; set; }

    /// <summary>What the current step of a fold folds in; kept until the step has succeeded.</summary>
    public Outcome[]? Step { get; set; }

    /// <summary>How many outcomes the steps that have succeeded have folded in.</summary>
    public long Folded { get; set; }

    /// <summary>How many tasks of its tree had ended when it was made.</summary>
    public long MadeAfter { get; set; }

    /// <summary>Whether the current step is the fold's last.</summary>
    public bool IsLastStep { get; set; }

    /// <summary>What a fold carries from step to step; null before the first.</summary>
    public object? FoldState { get; set; }

    /// <summary>The failure of the first child that did not succeed, where that can fail the join.</summary>
    public Failure? FirstFailure { get; set; }

    /// <summary>Children that were spawned early, by id, with their places: resolved when the join is registered.</summary>
    public List<(TaskId Id, int Index)>? EarlyChildren { get; set; }
}
