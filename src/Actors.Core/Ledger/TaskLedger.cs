using System.Diagnostics;
using Actors.Admission;
using Actors.Storage;

namespace Actors.Ledger;

/// <summary>
/// The coordinator's state and rules. Deterministic: the same commands with the same times and chances give the same
/// effects. One thread at a time; whoever holds it carries out <see cref="Effects"/> after each step.
/// </summary>
/// <remarks>
/// A command never fails for what a task or a worker did. A state that contradicts itself is our bug: it throws
/// <see cref="UnreachableException"/> with what it saw.
/// </remarks>
internal sealed partial class TaskLedger
{
    private const double GoldenRatio = 0.6180339887498949;

    private readonly PoolRecord[] _pools;
    private readonly IdIndex<TaskRecord> _live = new();
    private readonly LiveTrees _trees;
    private readonly DueQueue _due = new();
    private readonly ReadyTasks _ready;
    private readonly Endings _endings;
    private readonly Attempts _attempts;
    private readonly WorkerWatch _watch;
    private readonly Chunks _chunks;
    private readonly Adoption _ahead;
    private readonly Unheard _unheard = new();

    public TaskLedger(LedgerSettings settings, IEnumerable<string> pools, int types)
    {
        Settings = settings;
        _trees = new LiveTrees(_live);
        Tally = new Tally(types);
        _endings = new Endings(this);
        _attempts = new Attempts(this, _endings);
        _watch = new WorkerWatch(this, _attempts);
        Pauses = new Pauses(this, _watch);
        _pools = [.. pools.Select((name, index) => new PoolRecord(index, name, Pauses))];
        Gatekeeper = new Gatekeeper(this, _pools.Length);
        Sequences = new Sequences(this);
        Uniques = new Uniques(this);
        _chunks = new Chunks(this, _watch);
        _ready = new ReadyTasks(this, _chunks);
        Budgets = new Budgets(this, _attempts);
        Alarms = new TreeAlarms(this);
        _ahead = new Adoption(this, _endings);
    }

    /// <summary>What is still to be carried out, in order. The reader clears it.</summary>
    public List<LedgerEffect> Effects { get; } = [];

    public LedgerSettings Settings { get; }

    /// <summary>Whoever wants to see each task come and go: a test kit; null where nobody does.</summary>
    public ILedgerObserver? Observer { get; set; }

    /// <summary>What is to be written into a store; null where there is none.</summary>
    public Journal? Journal { get; set; }

    /// <summary>What waits in a store alone; null where nothing does.</summary>
    public Backlog? Backlog { get; set; }

    /// <summary>Limits and rates.</summary>
    public Gatekeeper Gatekeeper { get; }

    /// <summary>Tasks that run one after the other.</summary>
    public Sequences Sequences { get; }

    /// <summary>Tasks that are the only ones with their key.</summary>
    public Uniques Uniques { get; }

    public Tally Tally { get; }

    /// <summary>What people have paused.</summary>
    public Pauses Pauses { get; }

    /// <summary>Who else keeps ready tasks from starting.</summary>
    public List<IStartRule> StartRules { get; } = [];

    internal ReadyTasks Ready => _ready;

    /// <summary>What the workers have, in no order. For reports; never on a hot path.</summary>
    public IEnumerable<TaskRecord> Running => _watch.Running();

    /// <summary>The live task of that id; null where there is none.</summary>
    public TaskRecord? FindTask(TaskId id) => _live.Find(id);

    /// <summary>Looks at some of the live tasks, from where a cursor stands: see <see cref="IdIndex{T}.Scan"/>.</summary>
    public ulong Scan(ulong cursor, int bucketsMax, List<TaskRecord> found) => _live.Scan(cursor, bucketsMax, found);

    internal Budgets Budgets { get; }

    internal TreeAlarms Alarms { get; }

    public DispatchMode Mode { get; private set; }

    /// <summary>How many ends were refused because their run was not the one that runs.</summary>
    public long StaleEnds { get; private set; }

    public int LiveTrees => _trees.Count + (int)(Backlog?.Away ?? 0);

    public IEnumerable<TreeRecord> Trees => _trees.All();

    public IReadOnlyList<PoolRecord> Pools => _pools;

    /// <summary>Every live task, in no order. For reports about what is left; never on a hot path.</summary>
    public IEnumerable<TaskRecord> LiveTasks => _live.All();

    /// <summary>How many runs are with workers.</summary>
    public int RunsOut { get; internal set; }

    /// <summary>When <see cref="Tick"/> is to be called next; null where nothing depends on time.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            var next = Math.Min(_due.Next ?? long.MaxValue, _watch.NextCheckTicks);
            next = Math.Min(next, Math.Min(Gatekeeper.NextDueTicks, Math.Min(_ready.Suspects.Next, Alarms.Next)));
            return next == long.MaxValue ? null : new DateTimeOffset(next, TimeSpan.Zero);
        }
    }

    /// <summary>The live tree of that root; null where there is none.</summary>
    public TreeRecord? FindTree(TaskId rootId) => _trees.Find(rootId);

    /// <summary>Accepts a new root, or finds the live tree that has its id already.</summary>
    /// <param name="root">The root.</param>
    /// <param name="completion">The task that runs when all others are terminal; null for none.</param>
    /// <param name="now">The time.</param>
    /// <param name="request">Deadline and budget; null for neither.</param>
    /// <param name="isKept">Whether it is never left to the <see cref="Backlog"/>.</param>
    /// <returns>The tree, and whether it is new.</returns>
    public (TreeRecord Tree, bool IsNew) Submit(TaskRecord root, TaskRecord? completion, DateTimeOffset now, TreeRequest? request = null, bool isKept = false)
    {
        NowTicks = now.UtcTicks;
        if (_trees.Find(root.Id) is { } existing)
        {
            return (existing, false);
        }

        var tree = new TreeRecord(root, completion) { SubmittedAt = NowTicks, Terms = request?.ToTerms(After) };
        _trees.Add(tree);
        CountTree(tree, 1);
        if (tree.Terms is not null)
        {
            Alarms.Set(tree);
        }

        Journal?.Open(tree);
        if (!isKept)
        {
            Backlog?.Place(tree);
        }

        Register(root, tree, tree, null);
        if (Journal is not null && completion is not null)
        {
            completion.SetPriority(root.Priority);
            Journal.Withhold(completion, tree);
        }

        Uniques.Settle();
        return (tree, true);
    }

    /// <summary>A worker made itself known, or has a new start after it was told to abandon a run. It is idle. Told a second time, it changes nothing.</summary>
    public void WorkerReady(WorkerRecord worker)
    {
        if (!worker.IsAwaited)
        {
            return;
        }

        worker.IsAwaited = false;
        worker.Ledger = this;
        _watch.Add(worker);
        _pools[worker.Pool].Idle.Push(worker);
    }

    /// <summary>A worker is gone: what it had is ready again.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="hadTaken">Whether it had received its assignment: if not, nothing of that is to blame.</param>
    /// <param name="now">The time.</param>
    public void WorkerLost(WorkerRecord worker, bool hadTaken, DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        _watch.Remove(worker, hadTaken);
    }

    /// <summary>A worker reports ends of its assignment; with the last of them it is idle again.</summary>
    /// <param name="assignment">What it was assigned. A report about anything but its present assignment is stale.</param>
    /// <param name="ends">How runs ended, in order.</param>
    /// <param name="runningFor">How long the one run that it goes on with has been running; null where unknown or none.</param>
    /// <param name="now">The time.</param>
    /// <param name="chance">Drawn from [0, 1): spreads the retries.</param>
    /// <param name="goesOnAhead">Whether it has shared what it had and goes on running ahead.</param>
    public void Report(
        Assignment assignment, ReadOnlySpan<AttemptEnd> ends, TimeSpan? runningFor, DateTimeOffset now, double chance, bool goesOnAhead = false)
    {
        NowTicks = now.UtcTicks;
        var worker = assignment.Worker;
        if (worker.Assignment != assignment || worker.Ledger != this)
        {
            StaleEnds += ends.Length;
            return;
        }

        assignment.IsAhead &= goesOnAhead;
        _ahead.Begin(assignment);
        var isNew = false;
        foreach (ref readonly var end in ends)
        {
            if (end.Task.State != TaskState.Running || end.Task.Run != end.Run)
            {
                StaleEnds++;
                continue;
            }

            if (!isNew)
            {
                isNew = true;
                Journal?.Touch(worker);
            }

            worker.Outstanding--;
            EndRun(end.Task, end.Kind != EndKind.GivenBack);
            chance += GoldenRatio; // one draw a report, and yet each of its retries rests differently
            chance = chance < 1 ? chance : chance - 1;
            _attempts.Settle(in end, chance);
        }

        _ahead.End();
        if (worker.Outstanding == 0)
        {
            _watch.Release(worker);
            _pools[worker.Pool].Idle.Push(worker);
        }
        else if (isNew || ends.IsEmpty) // what comes a second time must not put off a timeout, or make it be forgotten
        {
            _watch.WatchRest(worker, runningFor);
            if (assignment.IsAhead)
            {
                _watch.RecallLater(worker);
            }
        }
    }

    /// <summary>Once the report is known in full, these are cancelled with all that is below them.</summary>
    internal void CancelAfterReport(List<TaskRecord>? tasks) => _ahead.Cancel(tasks);

    /// <summary>A follow-up that becomes real while its parent runs. A stale run, or a child that is known already, changes nothing.</summary>
    public void SpawnNow(TaskRecord parent, int run, TaskRecord child, DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        if (parent.State != TaskState.Running || parent.Run != run || _live.Find(parent.Id) != parent)
        {
            StaleEnds++;
            return;
        }

        var early = parent.KeepEarly();
        if (early.ContainsKey(child.Id) || _live.Find(child.Id) is not null)
        {
            return;
        }

        if (Budgets.ExceedsNow(parent) is { } exceeded)
        {
            if (parent.Interruption != Interruption.Cancel)
            {
                parent.PendingFailure = exceeded;
                Interrupt(parent, Interruption.Cancel);
            }

            return;
        }

        early.Add(child.Id, (child, null));
        parent.Tree!.HasEarly = true;
        Register(child, parent.Tree!, parent, parent);
        if (Journal is not null)
        {
            child.Stored!.Flags |= TaskFlags.Early;
            Journal.Touch(parent);
        }

        Uniques.Settle();
        if (parent.Interruption == Interruption.Cancel)
        {
            _endings.Cancel(child, parent.PendingFailure is { Kind: FailureKind.Deadline } failure ? failure : null);
        }
    }

    /// <summary>A follow-up that somebody tells on behalf of a running task: held until that attempt succeeds.</summary>
    /// <returns>Whether that run is the one that runs; where it is not, nothing changes.</returns>
    public bool Hold(TaskId parentId, int run, Func<TaskId, TaskPath, TaskRecord> makeChild)
    {
        if (_live.Find(parentId) is not { State: TaskState.Running } parent || parent.Run != run)
        {
            StaleEnds++;
            return false;
        }

        var held = parent.Hold();
        held.Add(makeChild(parentId.Shifted(parent.Shift).Told(held.Count).Shifted(parent.Shift), parent.Path));
        return true;
    }

    /// <summary>
    /// Does something once every task is known here that is real at this moment. Workers that run ahead have some that are not: they are asked, and nothing that
    /// they have starts after that.
    /// </summary>
    public void WhenAllIsKnown(Action then)
    {
        if (_watch.RecallAhead() is { Count: > 0 } open)
        {
            _unheard.When(open, then);
        }
        else
        {
            then();
        }
    }

    /// <summary>Whether that task is live, and known here: see <see cref="WhenAllIsKnown"/>.</summary>
    public bool Knows(TaskId id) => _live.Find(id) is not null;

    /// <summary>Cancels a task with all that is live below it. What a cancelled task's attempt says later, and spawns, is void.</summary>
    /// <returns>Whether there was such a live task.</returns>
    public bool Cancel(TaskId id, DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        if (_live.Find(id) is not { } task)
        {
            return false;
        }

        _endings.Cancel(task);
        return true;
    }

    /// <summary>Cancels every live task of a tree. Its completion task runs all the same, unless it is what is cancelled.</summary>
    /// <returns>Whether there was such a live tree.</returns>
    public bool CancelTree(TaskId rootId, DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        if (_trees.Find(rootId) is not { } tree)
        {
            return false;
        }

        tree.IsCancelRequested = true;
        Journal?.Touch(tree);
        _endings.CancelBelow(tree);
        return true;
    }

    /// <summary>Does what is due: wakes scheduled tasks, recalls, times out and abandons.</summary>
    public void Tick(DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        while (_due.TryTake(NowTicks, out var task))
        {
            MakeReady(task);
        }

        Gatekeeper.Tick();
        Alarms.Ring();
        _watch.Check();
    }

    /// <summary>Gives ready tasks to idle workers.</summary>
    public void Dispatch(DateTimeOffset now)
    {
        _unheard.Check();
        if (Mode == DispatchMode.Closed)
        {
            return;
        }

        NowTicks = now.UtcTicks;
        _ready.Dispatch();
    }

    /// <summary>Whether <see cref="Dispatch"/> has left something for the next step, so that this one is short: it is to come soon.</summary>
    public bool HasMore => Mode == DispatchMode.Open && Pauses.HasMore;

    /// <summary>From now on nothing is dispatched, and workers give back what they have not started.</summary>
    public void Close()
    {
        if (Mode == DispatchMode.Open)
        {
            Mode = DispatchMode.Closed;
            _watch.RecallAll();
        }
    }

    /// <summary>Tells every running attempt to end. One that does not succeed goes back to ready and costs no attempt.</summary>
    public void InterruptAll(DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        _watch.InterruptAll();
    }

    /// <summary>The time of the present step.</summary>
    internal long NowTicks { get; private set; }

    /// <summary>The end of time where the sum is beyond it.</summary>
    internal long After(TimeSpan delay) => NowTicks + Math.Min(delay.Ticks, DateTime.MaxValue.Ticks - NowTicks);

    internal void Interrupt(TaskRecord task, Interruption reason) => _watch.Interrupt(task, reason);

    /// <summary>The time at which an assignment has left for its worker: its slice and its timeout begin.</summary>
    /// <returns>Whether its worker still has it: otherwise it is not to be sent.</returns>
    public bool Sent(Assignment assignment, DateTimeOffset now)
    {
        NowTicks = now.UtcTicks;
        return _watch.Sent(assignment);
    }

    /// <summary>Counts a task in: registered before it can run.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tree">Its tree.</param>
    /// <param name="parent">Its nearest live ancestor, or the tree.</param>
    /// <param name="spawner">Who spawned it, or the owner of a join; null for a root and for a completion task.</param>
    internal void Register(TaskRecord task, TreeRecord tree, LiveParent parent, TaskRecord? spawner)
    {
        if (!_live.TryAdd(task))
        {
            throw new UnreachableException($"{task.Type} {task.Id} is registered a second time in tree {tree.Id}.");
        }

        task.SetPriority((spawner ?? tree.Root).Priority);
        tree.Enter(task);
        parent.Adopt(task);
        Journal?.Add(task, tree, spawner);
        Journal?.Touch(tree);
        var isDuplicate = task.Unique is { } unique && Uniques.IsDuplicate(task, unique);
        if (task.Type.Gates is not null && !isDuplicate && task is not JoinRecord)
        {
            Sequences.Enter(task);
        }

        Observer?.Registered(task);
        if (task.Ahead != AheadState.None)
        {
            _ahead.Enter(task);
            return;
        }

        if (task is JoinRecord || isDuplicate)
        {
            Tally.Enter(task, TaskState.Waiting);
            return;
        }

        var dueAt = DueOf(task);
        if (dueAt > NowTicks)
        {
            Tally.Enter(task, TaskState.Scheduled);
            _due.Add(task, dueAt);
            return;
        }

        Tally.Enter(task, TaskState.Ready);
        if (tree.Stored is not { Stand: BacklogStand.Leaving })
        {
            PushReady(task);
        }
    }

    /// <summary>When a task that becomes real is due; 0 where it does not rest.</summary>
    internal long DueOf(TaskRecord task) => task.Options is { } options ? options.DueAt?.UtcTicks ?? After(options.Delay) : 0;

    /// <summary>Counts a task out of the index and the state counts.</summary>
    internal void Remove(TaskRecord task, TaskState outcome)
    {
        var isInNoQueue = Backlog?.Drop(task) == true;
        switch (task.State)
        {
            case TaskState.Ready when !isInNoQueue:
                _ready.Drop(task);
                break;
            case TaskState.Scheduled:
                Tally.Move(task, outcome);
                _due.Drop();
                _live.Remove(task);
                Sequences.Leave(task);
                return;
        }

        Tally.Move(task, outcome);
        _live.Remove(task);
        Sequences.Leave(task);
    }

    internal Endings Endings => _endings;

    internal void BeginStep(DateTimeOffset now) => NowTicks = now.UtcTicks;

    /// <summary>The root of a tree is live no more, and the tree may be.</summary>
    internal void LeaveRoot(TreeRecord tree) => _trees.Index(tree);

    internal void RemoveTree(TreeRecord tree)
    {
        _trees.Remove(tree);
        CountTree(tree, -1);
        Alarms.Remove(tree);
        Pauses.Ended(tree);
    }

    private void CountTree(TreeRecord tree, int change)
    {
        if (tree.Root.Type.Pool != TaskType.Nowhere)
        {
            _pools[tree.Root.Type.Pool].Trees += change;
        }
    }

    /// <summary>A task that had to wait until it was known whether it may run: it may, and rests first if it is to.</summary>
    internal void Admit(TaskRecord task)
    {
        Sequences.Enter(task);
        Journal?.Touch(task);
        if (task.DueAtTicks > NowTicks)
        {
            Tally.Move(task, TaskState.Scheduled);
            _due.Add(task, task.DueAtTicks);
            return;
        }

        MakeReady(task);
    }

    internal void MakeReady(TaskRecord task)
    {
        Tally.Move(task, TaskState.Ready);
        if (task.Type.Gates is not null && task is JoinRecord)
        {
            Sequences.Enter(task);
        }

        PushReady(task);
    }

    /// <summary>Whether it runs alone, since a process died while it ran.</summary>
    internal bool IsSetApart(TaskRecord task) => Journal is not null && task.IsSuspect;

    /// <summary>A ready task stands in line from now on.</summary>
    internal void PushReady(TaskRecord task) => _ready.Push(task);

    /// <summary>A run is with no worker any more.</summary>
    /// <param name="task">Its task.</param>
    /// <param name="hasRun">Whether it can have started.</param>
    internal void EndRun(TaskRecord task, bool hasRun)
    {
        RunsOut--;
        if (task.Gated is not null)
        {
            Gatekeeper.Return(task, hasRun);
        }

        if (hasRun)
        {
            Backlog?.Started(task);
        }

        if (task.Tree!.Terms is not null)
        {
            Budgets.End(task);
        }
    }

    internal void MakeScheduled(TaskRecord task, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Journal?.Touch(task);
            MakeReady(task);
            return;
        }

        Tally.Move(task, TaskState.Scheduled);
        _due.Add(task, After(delay));
        Journal?.Touch(task);
    }
}
