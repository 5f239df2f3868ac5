using Actors.Client;
using Actors.Ledger;
using Actors.Registration;
using Actors.Workers;
using Akka.Actor;
using Akka.Event;
using Akka.Routing;

namespace Actors.Coordination;

/// <summary>
/// The actor around the ledger: it moves messages and holds no rule. Each message is one step of the ledger; what follows from it leaves
/// in <see cref="Release"/>.
/// </summary>
internal sealed class TaskCoordinator : UntypedActor, IWithTimers
{
    private const string TickTimer = "tick";
    private const string DrainTimer = "drain";

    private readonly EngineSettings _settings;
    private readonly TaskCatalog _catalog;
    private readonly TaskLedger _ledger;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<IActorRef, WorkerRecord> _workers = [];
    private readonly Dictionary<IActorRef, int> _routers = [];
    private readonly Random _chance = new();
    private readonly List<Reply<DrainReport>> _drainReplies = [];
    private DrainMode? _draining;
    private bool _isDrained;
    private DateTimeOffset? _alarm;
    private int _workerIds;

    public TaskCoordinator(EngineSettings settings, TaskCatalog catalog, ILedgerObserver? observer)
    {
        _settings = settings;
        _catalog = catalog;
        _ledger = new TaskLedger(settings.Ledger, settings.Pools.Select(static pool => pool.Name), catalog.Types.Count) { Observer = observer };
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static DateTimeOffset Now => Context.System.Scheduler.Now;

    public static Props Props(EngineSettings settings, TaskCatalog catalog, ILedgerObserver? observer) =>
        Akka.Actor.Props.Create(() => new TaskCoordinator(settings, catalog, observer));

    protected override void PreStart()
    {
        for (var pool = 0; pool < _settings.Pools.Count; pool++)
        {
            StartPool(pool);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WorkReport report:
                _ledger.Report(
                    report.Assignment, report.Ends.AsSpan(report.Start, report.Count), report.RunningFor, Now, _chance.NextDouble());
                break;
            case SpawnNow spawn:
                _ledger.SpawnNow(spawn.Parent, spawn.Run, spawn.Child, Now);
                break;
            case TaskProtocol.Spawn spawn:
                Hold(spawn);
                return;
            case Submit submit:
                Accept(submit);
                break;
            case CancelTask cancel:
                var found = cancel.WholeTree ? _ledger.CancelTree(cancel.Id, Now) : _ledger.Cancel(cancel.Id, Now);
                Release();
                cancel.Found.Set(found);
                return;
            case ReadProgress read:
                read.Progress.Set(Progress());
                return;
            case WorkerStarted started:
                Welcome(started);
                break;
            case WorkerRenewed renewed:
                if (_workers.TryGetValue(renewed.Worker, out var worker))
                {
                    _ledger.WorkerReady(worker);
                }

                break;
            case Tick:
                _alarm = null;
                _ledger.Tick(Now);
                break;
            case Drain drain:
                StartDrain(drain);
                break;
            case DrainOver:
                EndDrain();
                return;
            case Terminated terminated:
                Bury(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                return;
        }

        Release();
    }

    protected override void PostStop()
    {
        var stopped = new EngineStoppedException("The engine has stopped before the task ended.");
        foreach (var tree in _ledger.Trees)
        {
            TreeListeners.Of(tree)?.Stopped(stopped);
        }

        EndDrain();
    }

    /// <summary>The step is committed: in memory at once. What it led to leaves, then ready tasks go to idle workers.</summary>
    private void Release()
    {
        _ledger.Dispatch(Now);
        var effects = _ledger.Effects;
        for (var index = 0; index < effects.Count; index++)
        {
            CarryOut(effects[index]);
        }

        effects.Clear();
        SetAlarm();
        if (_draining is { } mode && !_isDrained && IsDrained(mode))
        {
            EndDrain();
        }
    }

    private void CarryOut(LedgerEffect effect)
    {
        switch (effect)
        {
            case Assignment assignment:
                WorkerOf(assignment).Tell(assignment, Self);
                break;
            case CancelRun cancel:
                WorkerOf(cancel.Assignment).Tell(cancel, Self);
                break;
            case Recall recall:
                WorkerOf(recall.Assignment).Tell(recall, Self);
                break;
            case Abandon abandon:
                var task = abandon.Run.Task;
                TaskLog.Write(
                    _log, LogLevel.WarningLevel, task, abandon.Run.Attempt, PoolOf(task),
                    "ignored its token for {Grace} after {Reason}: it is abandoned and its worker replaced", _settings.Ledger.Grace, abandon.Reason);
                WorkerOf(abandon.Assignment).Tell(abandon, Self);
                break;
            case RootEnded ended:
                TreeListeners.Of(ended.Tree)?.RootEnded(ended.Outcome);
                break;
            case TreeEnded ended:
                Context.System.EventStream.Publish(ended.Outcome);
                TreeListeners.Of(ended.Tree)?.TreeEnded(ended.Outcome);
                break;
            case AttemptFailed failed:
                Log(failed);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{effect}");
        }
    }

    private void Log(AttemptFailed failed)
    {
        var (task, failure) = (failed.Task, failed.Failure);
        if (failed.RetryIn is { } rest)
        {
            TaskLog.Write(
                _log, LogLevel.InfoLevel, task, failed.Attempt, PoolOf(task),
                "failed after {Duration} and is tried again in {Rest}: {FailureType}: {FailureMessage}", failed.Elapsed, rest, failure.Type, failure.Message);
        }
        else
        {
            TaskLog.Write(
                _log, LogLevel.WarningLevel, task, failed.Attempt, PoolOf(task),
                "failed after {Duration} for good: {FailureType}: {FailureMessage}", failed.Elapsed, failure.Type, failure.Message);
        }
    }

    /// <summary>One timer for all that depends on time: armed for the earliest, and only when that comes before what it is armed for.</summary>
    private void SetAlarm()
    {
        if (_ledger.NextDue is not { } due || (_alarm is { } armed && armed <= due))
        {
            return;
        }

        // Never armed for long: a clock that was set meanwhile is noticed within a minute.
        var delay = due - Now;
        delay = delay < TimeSpan.Zero ? TimeSpan.Zero : delay > _settings.AlarmMax ? _settings.AlarmMax : delay;
        _alarm = due;
        Timers.StartSingleTimer(TickTimer, Tick.Instance, delay);
    }

    private void Accept(Submit submit)
    {
        if (_draining is not null)
        {
            submit.Accepted.Fail(new EngineStoppedException("The engine is stopping and takes no new tasks from outside."));
            return;
        }

        foreach (var (root, completion, listener) in submit.Roots)
        {
            var (tree, isNew) = _ledger.Submit(root, completion, Now);
            if (!isNew && tree.Root.Type != root.Type)
            {
                submit.Accepted.Fail(new InvalidOperationException(
                    $"The key of this {root.Type} is taken by a live {tree.Root.Type} ({tree.Id}). Give each task a key of its own."));
                return;
            }

            TreeListeners.Attach(tree, listener);
        }

        submit.Accepted.Set(true);
    }

    private void Hold(TaskProtocol.Spawn spawn)
    {
        if (_catalog.FindTypeOf(spawn.Task) is not { } type)
        {
            _log.Error("A follow-up {Message} was told for task {TaskId}, and no handler is registered for it: it is dropped", spawn.Task, spawn.Parent);
        }
        else if (!_ledger.Hold(spawn.Parent, spawn.Run, (id, path) => new TaskRecord(id, type, spawn.Task, path, spawn.Options)))
        {
            _log.Warning(
                "A follow-up of type {TaskType} was told for task {TaskId}, attempt {Attempt}, which is not running: it is dropped",
                type.Name, spawn.Parent, spawn.Attempt);
        }
    }

    private EngineProgress Progress() => new(
        [.. _catalog.Types.Select(type => new TypeProgress(type.Name, _settings.Pools[type.Pool].Name, Row(type)))],
        [.. _ledger.Pools.Select(static pool => new PoolProgress(pool.Name, pool.Workers, pool.Busy, pool.Ready))],
        _ledger.LiveTrees,
        _ledger.StaleEnds);

    private long[] Row(TaskType type)
    {
        var row = new long[TaskStates.Count];
        for (var state = 0; state < row.Length; state++)
        {
            row[state] = _ledger.Tally[type, (TaskState)state];
        }

        return row;
    }

    private string PoolOf(TaskRecord task) => _settings.Pools[task.Type.Pool].Name;

    private static IActorRef WorkerOf(Assignment assignment) => (IActorRef)assignment.Worker.Reference!;

    private void StartPool(int index)
    {
        var pool = _settings.Pools[index];
        var handlers = Context.System.Dispatchers.Lookup(pool.Dispatcher);
        var props = TaskWorker.Props(index, Self, new WorkerSettings(_catalog, _settings.Ledger.Slice, handlers))
            .WithDispatcher(_settings.CoordinatorDispatcher);

        // A worker never runs user code in its own receive, so what it throws is a bug of ours: it alone starts anew.
        var strategy = new OneForOneStrategy(exception =>
        {
            _log.Error(exception, "A worker of pool {Pool} failed and is restarted: this is a fault of the engine", pool.Name);
            return exception is ActorKilledException ? Directive.Stop : Directive.Restart;
        });
        RouterConfig router = pool.Workers is { } workers
            ? new RoundRobinPool(workers).WithSupervisorStrategy(strategy)
            : FromConfig.Instance.WithSupervisorStrategy(strategy);
        var actor = Context.ActorOf(props.WithRouter(router), pool.Name);
        _routers.Add(actor, index);
        Context.Watch(actor);
    }

    private void Welcome(WorkerStarted started)
    {
        if (_workers.Remove(started.Worker, out var before))
        {
            _ledger.WorkerLost(before, before.Assignment is { IsTaken: true }, Now); // it was restarted
        }
        else
        {
            Context.Watch(started.Worker);
        }

        var worker = new WorkerRecord(++_workerIds, started.Pool, started.Worker);
        _workers.Add(started.Worker, worker);
        _ledger.WorkerReady(worker);
    }

    private void Bury(IActorRef dead)
    {
        if (_routers.Remove(dead, out var pool))
        {
            _log.Warning("Pool {Pool} has lost all its workers and is started anew", _settings.Pools[pool].Name);
            StartPool(pool);
            return;
        }

        if (!_workers.Remove(dead, out var worker))
        {
            return;
        }

        _log.Warning(
            "Worker {Worker} of pool {Pool} is gone: what it had is ready again, and it is replaced",
            dead.Path.Name, _settings.Pools[worker.Pool].Name);
        _ledger.WorkerLost(worker, worker.Assignment is { IsTaken: true }, Now);
        if (((IInternalActorRef)dead).Parent is { } router && _routers.ContainsKey(router))
        {
            router.Tell(new AdjustPoolSize(1)); // not to one that was started anew meanwhile: that one is complete
        }
    }

    private void StartDrain(Drain drain)
    {
        _drainReplies.Add(drain.Report);
        if (_draining is null || drain.Mode > _draining)
        {
            _draining = drain.Mode;
            _log.Info("The engine drains ({DrainMode}): {LiveTrees} tree(s) live, {Running} task(s) running", drain.Mode, _ledger.LiveTrees, _ledger.RunsOut);
        }

        if (_draining != DrainMode.FinishTrees)
        {
            _ledger.Close();
        }

        if (_draining == DrainMode.Now)
        {
            _ledger.InterruptAll(Now);
        }

        if (_isDrained)
        {
            EndDrain();
            return;
        }

        Timers.StartSingleTimer(DrainTimer, DrainOver.Instance, drain.Timeout);
    }

    private bool IsDrained(DrainMode mode) => mode == DrainMode.FinishTrees ? _ledger.LiveTrees == 0 : _ledger.RunsOut == 0;

    private void EndDrain()
    {
        _isDrained = true;
        _ledger.Close();
        if (_drainReplies.Count == 0)
        {
            return;
        }

        var left = new DrainReport(
            [.. _ledger.LiveTasks.Take(DrainReport.LeftMax).Select(static task => new LeftTask(task.Id, task.RootId, task.Type.Name, task.State, task.Attempt))],
            _ledger.Tally.Live);
        foreach (var reply in _drainReplies)
        {
            reply.Set(left);
        }

        _drainReplies.Clear();
    }
}
