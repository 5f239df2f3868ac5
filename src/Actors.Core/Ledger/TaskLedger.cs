using System.Diagnostics;

namespace Actors.Ledger;

/// <summary>
/// The coordinator's state and rules. Deterministic: the same commands with the same times and chances give the same
/// effects. One thread at a time; whoever holds it carries out <see cref="Effects"/> after each step.
/// </summary>
/// <remarks>
/// A command never fails for what a task or a worker did. A state that contradicts itself is our bug: it throws
/// <see cref="UnreachableException"/> with what it saw.
/// </remarks>
internal sealed class TaskLedger
{
    private const double GoldenRatio = 0.6180339887498949;

    private readonly PoolRecord[] _pools;
    private readonly Dictionary<TaskId, TaskRecord> _live = [];
    private readonly Dictionary<TaskId, TreeRecord> _trees = [];
    private readonly List<WorkerRecord> _workers = [];
    private readonly DueQueue _due = new();
    private readonly Endings _endings;
    private readonly AssignedTask[] _chosen;
    private long _nextWorkerCheck = long.MaxValue;
    private long _now;

    public TaskLedger(LedgerSettings settings, IEnumerable<string> pools, int types)
    {
        Settings = settings;
        _chosen = new AssignedTask[settings.ChunkTasksMax];
        _pools = [.. pools.Select(static (name, index) => new PoolRecord(index, name))];
        Tally = new Tally(types);
        _endings = new Endings(this);
    }

    /// <summary>What is still to be carried out, in order. The reader clears it.</summary>
    public List<LedgerEffect> Effects { get; } = [];

    public LedgerSettings Settings { get; }

    public Tally Tally { get; }

    public DispatchMode Mode { get; private set; }

    /// <summary>How many ends were refused because their run was not the one that runs.</summary>
    public long StaleEnds { get; private set; }

    public int LiveTrees => _trees.Count;

    public IEnumerable<TreeRecord> Trees => _trees.Values;

    public IReadOnlyList<PoolRecord> Pools => _pools;

    /// <summary>Every live task, in no order. For reports about what is left; never on a hot path.</summary>
    public IEnumerable<TaskRecord> LiveTasks => _live.Values;

    /// <summary>How many runs are with workers.</summary>
    public int RunsOut { get; private set; }

    /// <summary>When <see cref="Tick"/> is to be called next; null where nothing depends on time.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            var next = Math.Min(_due.Next ?? long.MaxValue, _nextWorkerCheck);
            return next == long.MaxValue ? null : new DateTimeOffset(next, TimeSpan.Zero);
        }
    }

    /// <summary>Accepts a new root, or finds the live tree that has its id already.</summary>
    /// <returns>The tree, and whether it is new.</returns>
    public (TreeRecord Tree, bool IsNew) Submit(TaskRecord root, TaskRecord? completion, DateTimeOffset now)
    {
        _now = now.UtcTicks;
        if (_trees.TryGetValue(root.Id, out var existing))
        {
            return (existing, false);
        }

        var tree = new TreeRecord(root, completion);
        _trees.Add(root.Id, tree);
        Register(root, tree, tree);
        return (tree, true);
    }

    /// <summary>A worker made itself known, or has a new start after it was told to abandon a run. It is idle.</summary>
    public void WorkerReady(WorkerRecord worker)
    {
        var pool = _pools[worker.Pool];
        if (!worker.IsKnown)
        {
            worker.IsKnown = true;
            _workers.Add(worker);
            pool.Workers++;
        }

        pool.Idle.Push(worker);
    }

    /// <summary>A worker is gone: what it had is ready again.</summary>
    public void WorkerLost(WorkerRecord worker, DateTimeOffset now)
    {
        _now = now.UtcTicks;
        if (!worker.IsKnown)
        {
            return;
        }

        worker.IsKnown = false;
        _workers.Remove(worker);
        _pools[worker.Pool].Workers--;
        if (worker.Assignment is not { } assignment)
        {
            return;
        }

        var wasAlone = worker.Outstanding == 1;
        foreach (var run in assignment.Tasks)
        {
            if (IsRunning(run))
            {
                Lose(run, wasAlone);
            }
        }

        Release(worker);
    }

    /// <summary>A worker reports ends of its assignment; with the last of them it is idle again.</summary>
    /// <param name="assignment">What it was assigned. A report about anything but its present assignment is stale.</param>
    /// <param name="ends">How runs ended, in order.</param>
    /// <param name="runningFor">How long the one run that it goes on with has been running; null where unknown or none.</param>
    /// <param name="now">The time.</param>
    /// <param name="chance">Drawn from [0, 1): spreads the retries.</param>
    public void Report(Assignment assignment, ReadOnlySpan<AttemptEnd> ends, TimeSpan? runningFor, DateTimeOffset now, double chance)
    {
        _now = now.UtcTicks;
        var worker = assignment.Worker;
        if (worker.Assignment != assignment)
        {
            StaleEnds += ends.Length;
            return;
        }

        foreach (ref readonly var end in ends)
        {
            if (end.Task.State != TaskState.Running || end.Task.Run != end.Run)
            {
                StaleEnds++;
                continue;
            }

            worker.Outstanding--;
            RunsOut--;
            chance = (chance + GoldenRatio) % 1; // one draw a report, and yet each of its retries rests differently
            Settle(in end, chance);
        }

        if (worker.Outstanding == 0)
        {
            Release(worker);
            _pools[worker.Pool].Idle.Push(worker);
        }
        else
        {
            WatchRest(worker, runningFor);
        }
    }

    /// <summary>A follow-up that becomes real while its parent runs. A stale run, or a child that is known already, changes nothing.</summary>
    public void SpawnNow(TaskRecord parent, int run, TaskRecord child, DateTimeOffset now)
    {
        _now = now.UtcTicks;
        if (parent.State != TaskState.Running || parent.Run != run)
        {
            StaleEnds++;
            return;
        }

        var early = parent.Early ??= [];
        if (early.ContainsKey(child.Id) || _live.ContainsKey(child.Id))
        {
            return;
        }

        early.Add(child.Id, (child, null));
        Register(child, parent.Tree!, parent);
        if (parent.Interruption == Interruption.Cancel)
        {
            _endings.Cancel(child);
        }
    }

    /// <summary>A follow-up that somebody tells on behalf of a running task: held until that attempt succeeds.</summary>
    /// <returns>Whether the task is running in that attempt; where it is not, nothing changes.</returns>
    public bool Hold(TaskId parentId, int attempt, Func<TaskId, TaskPath, TaskRecord> makeChild)
    {
        if (!_live.TryGetValue(parentId, out var parent) || parent.State != TaskState.Running || parent.Attempt != attempt)
        {
            StaleEnds++;
            return false;
        }

        var held = parent.Held ??= [];
        held.Add(makeChild(parentId.Told(held.Count), parent.Path));
        return true;
    }

    /// <summary>Cancels a task with all that is live below it. What a cancelled task's attempt says later, and spawns, is void.</summary>
    /// <returns>Whether there was such a live task.</returns>
    public bool Cancel(TaskId id, DateTimeOffset now)
    {
        _now = now.UtcTicks;
        if (!_live.TryGetValue(id, out var task))
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
        _now = now.UtcTicks;
        if (!_trees.TryGetValue(rootId, out var tree))
        {
            return false;
        }

        tree.IsCancelRequested = true;
        _endings.CancelBelow(tree);
        return true;
    }

    /// <summary>Does what is due: wakes scheduled tasks, recalls, times out and abandons.</summary>
    public void Tick(DateTimeOffset now)
    {
        _now = now.UtcTicks;
        while (_due.TryTake(_now, out var task))
        {
            MakeReady(task);
        }

        if (_nextWorkerCheck <= _now)
        {
            CheckWorkers();
        }
    }

    /// <summary>Gives ready tasks to idle workers.</summary>
    public void Dispatch(DateTimeOffset now)
    {
        if (Mode == DispatchMode.Closed)
        {
            return;
        }

        _now = now.UtcTicks;
        foreach (var pool in _pools)
        {
            while (pool.Ready > 0 && pool.Idle.TryPop(out var worker))
            {
                if (worker.IsKnown)
                {
                    Assign(pool, worker);
                }
            }
        }
    }

    /// <summary>From now on nothing is dispatched.</summary>
    public void Close() => Mode = DispatchMode.Closed;

    /// <summary>Tells every running attempt to end. One that does not succeed goes back to ready and costs no attempt.</summary>
    public void InterruptAll(DateTimeOffset now)
    {
        _now = now.UtcTicks;
        foreach (var worker in _workers)
        {
            if (worker.Assignment is { } assignment)
            {
                foreach (var run in assignment.Tasks)
                {
                    if (IsRunning(run))
                    {
                        Interrupt(worker, run, Interruption.Stop);
                    }
                }
            }
        }
    }

    internal void Interrupt(TaskRecord task, Interruption reason)
    {
        var worker = task.Worker!;
        foreach (var run in worker.Assignment!.Tasks)
        {
            if (run.Task == task && run.Run == task.Run)
            {
                Interrupt(worker, run, reason);
                return;
            }
        }

        throw new UnreachableException($"{task.Type} {task.Id} is running and worker {worker.Id} does not have it.");
    }

    /// <summary>Counts a task in: registered before it can run.</summary>
    internal void Register(TaskRecord task, TreeRecord tree, LiveParent parent)
    {
        if (!_live.TryAdd(task.Id, task))
        {
            throw new UnreachableException($"{task.Type} {task.Id} is registered a second time in tree {tree.Id}.");
        }

        tree.Enter(task);
        parent.Adopt(task);
        if (task is JoinRecord)
        {
            Tally.Enter(task, TaskState.Waiting);
            return;
        }

        var options = task.Options;
        var dueAt = options is null ? 0 : options.DueAt?.UtcTicks ?? After(options.Delay);
        if (dueAt > _now)
        {
            Tally.Enter(task, TaskState.Scheduled);
            _due.Add(task, dueAt);
            return;
        }

        Tally.Enter(task, TaskState.Ready);
        PushReady(task);
    }

    /// <summary>Counts a task out of the index and the state counts.</summary>
    internal void Remove(TaskRecord task, TaskState outcome)
    {
        switch (task.State)
        {
            case TaskState.Ready:
                _pools[task.Type.Pool].Ready--;
                break;
            case TaskState.Scheduled:
                Tally.Move(task, outcome);
                _due.Drop();
                _live.Remove(task.Id);
                return;
        }

        Tally.Move(task, outcome);
        _live.Remove(task.Id);
    }

    internal void RemoveTree(TreeRecord tree) => _trees.Remove(tree.Id);

    internal void MakeReady(TaskRecord task)
    {
        Tally.Move(task, TaskState.Ready);
        PushReady(task);
    }

    private void PushReady(TaskRecord task)
    {
        var pool = _pools[task.Type.Pool];
        pool.Ready++;
        pool.Queue.Push(task);
    }

    private void MakeScheduled(TaskRecord task, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            MakeReady(task);
            return;
        }

        Tally.Move(task, TaskState.Scheduled);
        _due.Add(task, After(delay));
    }

    /// <summary>The end of time where the sum is beyond it.</summary>
    private long After(TimeSpan delay) => _now + Math.Min(delay.Ticks, DateTime.MaxValue.Ticks - _now);

    private static bool IsRunning(in AssignedTask run) => run.Task.State == TaskState.Running && run.Task.Run == run.Run;

    private void Assign(PoolRecord pool, WorkerRecord worker)
    {
        var share = (pool.Ready + pool.Workers - 1) / Math.Max(1, pool.Workers);
        var countMax = Math.Clamp(share, 1, Settings.ChunkTasksMax);
        var count = 0;
        var work = TimeSpan.Zero;
        while (count < countMax && pool.Queue.Turn() is { } stack)
        {
            while (count < countMax && ReadyQueue.Peek(stack) is { } task)
            {
                // A task that may be long, is unknown or is suspected of killing workers travels alone.
                var estimate = task.IsSuspect ? TimeSpan.MaxValue : task.Type.Estimate ?? TimeSpan.MaxValue;
                if (count > 0 && estimate > Settings.ChunkWork - work)
                {
                    countMax = count;
                    break;
                }

                ReadyQueue.Pop(stack);
                _chosen[count++] = Start(pool, worker, task);
                if (estimate >= Settings.ChunkWork - work)
                {
                    countMax = count;
                    break;
                }

                work += estimate;
            }

            pool.Queue.EndTurn();
        }

        if (count == 0)
        {
            throw new UnreachableException($"Pool {pool.Name} counts {pool.Ready} ready tasks and has none.");
        }

        var assignment = new Assignment(worker, count);
        Array.Copy(_chosen, assignment.Tasks, count);
        Array.Clear(_chosen, 0, count);
        worker.Assignment = assignment;
        worker.Outstanding = count;
        pool.Busy++;
        RunsOut += count;
        if (count > 1)
        {
            worker.RecallAtTicks = After(Settings.Slice);
        }
        else if (assignment.Tasks[0].Task.Timeout is { } timeout)
        {
            worker.TimeoutAtTicks = After(timeout);
        }

        _nextWorkerCheck = Math.Min(_nextWorkerCheck, worker.NextCheckTicks);
        Effects.Add(assignment);
    }

    private AssignedTask Start(PoolRecord pool, WorkerRecord worker, TaskRecord task)
    {
        task.Worker = worker;
        pool.Ready--;
        Tally.Move(task, TaskState.Running);
        task.Run++;
        task.Attempt++;
        task.Interruption = Interruption.None;
        task.Held = null;
        return new AssignedTask(task, task.Run, task.Attempt);
    }

    private void Release(WorkerRecord worker)
    {
        worker.Assignment = null;
        worker.Outstanding = 0;
        worker.ClearChecks();
        _pools[worker.Pool].Busy--;
    }

    /// <summary>The worker goes on with a part of what it had: what was to be watched may have left, and a timeout may be known now.</summary>
    private void WatchRest(WorkerRecord worker, TimeSpan? runningFor)
    {
        worker.ClearChecks();
        foreach (var run in worker.Assignment!.Tasks)
        {
            if (!IsRunning(run))
            {
                continue;
            }

            if (run.Task.Interruption != Interruption.None)
            {
                worker.AbandonAtTicks = run.Task.AbandonAtTicks;
            }
            else if (runningFor is { } elapsed && run.Task.Timeout is { } timeout)
            {
                worker.TimeoutAtTicks = After(timeout - elapsed);
            }
        }

        _nextWorkerCheck = Math.Min(_nextWorkerCheck, worker.NextCheckTicks);
    }

    private void CheckWorkers()
    {
        var next = long.MaxValue;
        for (var index = _workers.Count - 1; index >= 0; index--)
        {
            var worker = _workers[index];
            if (worker.NextCheckTicks <= _now)
            {
                Check(worker);
            }

            next = Math.Min(next, worker.NextCheckTicks);
        }

        _nextWorkerCheck = next;
    }

    private void Check(WorkerRecord worker)
    {
        var assignment = worker.Assignment ?? throw new UnreachableException($"Worker {worker.Id} is watched and has nothing.");
        if (worker.RecallAtTicks <= _now)
        {
            worker.RecallAtTicks = long.MaxValue;
            Effects.Add(new Recall(assignment));
        }

        if (worker.TimeoutAtTicks <= _now)
        {
            worker.TimeoutAtTicks = long.MaxValue;
            foreach (var run in assignment.Tasks)
            {
                if (IsRunning(run) && run.Task.Interruption == Interruption.None)
                {
                    Interrupt(worker, run, Interruption.Timeout);
                }
            }
        }

        if (worker.AbandonAtTicks <= _now)
        {
            LeaveBehind(worker, assignment);
        }
    }

    private void Interrupt(WorkerRecord worker, AssignedTask run, Interruption reason)
    {
        var task = run.Task;
        if (task.Interruption >= reason)
        {
            return;
        }

        if (task.Interruption == Interruption.None)
        {
            task.AbandonAtTicks = After(Settings.Grace);
            worker.AbandonAtTicks = Math.Min(worker.AbandonAtTicks, task.AbandonAtTicks);
            _nextWorkerCheck = Math.Min(_nextWorkerCheck, worker.AbandonAtTicks);
        }

        task.Interruption = reason;
        Effects.Add(new CancelRun(worker.Assignment!, run, reason));
    }

    /// <summary>The grace time is over. The worker gets a new start; it is idle again when it says so.</summary>
    private void LeaveBehind(WorkerRecord worker, Assignment assignment)
    {
        var isTold = false;
        foreach (var run in assignment.Tasks)
        {
            if (!IsRunning(run))
            {
                continue;
            }

            RunsOut--;
            var reason = run.Task.Interruption;
            if (reason == Interruption.None)
            {
                GiveBack(run.Task); // was still in the chunk behind the one that hangs
                continue;
            }

            if (!isTold)
            {
                isTold = true; // once: the worker's answer makes it idle
                Effects.Add(new Abandon(assignment, run, reason));
            }

            SettleInterrupted(run.Task, TimeSpan.Zero, 0);
        }

        Release(worker);
    }

    private void Lose(AssignedTask run, bool wasAlone)
    {
        RunsOut--;
        var task = run.Task;
        task.IsSuspect = true;
        if (task.Interruption == Interruption.Cancel)
        {
            SettleInterrupted(task, TimeSpan.Zero, 0);
        }
        else if (wasAlone && ++task.Losses >= Settings.WorkerLossesMax)
        {
            var failure = NewFailure(
                task, FailureKind.WorkerLost, $"The worker was lost {task.Losses} time(s) while it ran this task alone.");
            Effects.Add(new AttemptFailed(task, task.Attempt, failure, TimeSpan.Zero, null));
            _endings.End(task, task.Type.Failed(failure));
        }
        else
        {
            GiveBack(task);
        }
    }

    /// <summary>Ready again, at no cost.</summary>
    private void GiveBack(TaskRecord task)
    {
        task.Attempt--;
        MakeReady(task);
    }

    private void Settle(in AttemptEnd end, double chance)
    {
        var task = end.Task;
        if (end.Kind != EndKind.GivenBack)
        {
            task.Type.Took(end.Elapsed);
        }

        switch (task.Interruption)
        {
            case Interruption.Cancel:
            case Interruption.Timeout when end.Kind != EndKind.GivenBack:
            case Interruption.Stop when end.Kind is not (EndKind.Succeeded or EndKind.Joined or EndKind.Folded):
                SettleInterrupted(task, end.Elapsed, chance);
                return;
        }

        switch (end.Kind)
        {
            case EndKind.GivenBack:
            case EndKind.Interrupted:
                GiveBack(task);
                break;
            case EndKind.PutOff:
                task.Attempt--;
                MakeScheduled(task, end.Detail!.Delay!.Value);
                break;
            case EndKind.Succeeded:
                _endings.CommitFollowUps(task, end.Detail, null);
                _endings.End(task, (Outcome)end.Payload!);
                break;
            case EndKind.Joined:
                _endings.CommitFollowUps(task, end.Detail, end.Detail!.Join);
                break;
            case EndKind.Folded:
                _endings.Folded((JoinRecord)task, end.Payload);
                break;
            case EndKind.Failed:
                Fail(task, Complete(task, (Failure)end.Payload!), end.Detail, end.Elapsed, chance);
                break;
            case EndKind.FailedForGood:
                FailForGood(task, Complete(task, (Failure)end.Payload!), end.Elapsed);
                break;
            default:
                throw new UnreachableException($"{end.Kind} of {task.Type} {task.Id}");
        }
    }

    /// <summary>The run was told to end and has, or is left behind: what was decided then holds.</summary>
    private void SettleInterrupted(TaskRecord task, TimeSpan elapsed, double chance)
    {
        switch (task.Interruption)
        {
            case Interruption.Cancel:
                _endings.End(task, task is JoinRecord { PendingFailure: { } pending } ? task.Type.Failed(pending) : task.Type.Cancelled);
                break;
            case Interruption.Timeout:
                var failure = NewFailure(task, FailureKind.Timeout, $"Attempt {task.Attempt} took longer than its timeout of {task.Timeout}.");
                Fail(task, failure, null, elapsed, chance);
                break;
            case Interruption.Stop:
                GiveBack(task);
                break;
            default:
                throw new UnreachableException($"{task.Interruption} of {task.Type} {task.Id}");
        }
    }

    private void Fail(TaskRecord task, Failure failure, AttemptDetail? detail, TimeSpan elapsed, double chance)
    {
        var rest = (detail?.Retry ?? task.Retry).Next(task.Attempt, chance);
        if (rest is null)
        {
            FailForGood(task, failure, elapsed);
            return;
        }

        rest = detail?.Delay ?? rest;
        Effects.Add(new AttemptFailed(task, task.Attempt, failure, elapsed, rest));
        MakeScheduled(task, rest.Value);
    }

    private void FailForGood(TaskRecord task, Failure failure, TimeSpan elapsed)
    {
        Effects.Add(new AttemptFailed(task, task.Attempt, failure, elapsed, null));
        _endings.End(task, task.Type.Failed(failure));
    }

    internal static Failure NewFailure(TaskRecord task, FailureKind kind, string message) =>
        Complete(task, new Failure { Kind = kind, Type = kind.ToString(), Message = message });

    private static Failure Complete(TaskRecord task, Failure failure) => failure with
    {
        TaskId = task.Id,
        TaskType = task.Type.Name,
        Attempt = task.Attempt,
        Path = TaskPath.From(task.Id, task.ParentPath),
    };
}
