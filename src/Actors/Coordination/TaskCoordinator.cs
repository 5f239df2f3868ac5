using Actors.Admission;
using Actors.Client;
using Actors.Control;
using Actors.Ledger;
using Actors.Registration;
using Actors.Schedules;
using Actors.Storage;
using Actors.Workers;
using Akka.Actor;
using Akka.Event;
using Akka.Routing;
using Declared = System.Collections.Generic.IReadOnlyDictionary<string, Actors.Schedules.ScheduleDefinition>;

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
    private readonly OpenedStore? _store;
    private readonly Scheduling _schedules;
    private DurableLedger? _durable;
    private readonly SubmitEdge _edge;
    private WorkerPools _pools = null!;
    private ControlDesk? _control;
    private TreeQuestions? _questions;
    private readonly Random _chance = new();
    private readonly List<Reply<DrainReport>> _drainReplies = [];
    private DrainMode? _draining;
    private bool _isDrained;
    private bool _isGoingOn;
    private DateTimeOffset? _alarm;

    public TaskCoordinator(EngineSettings settings, TaskCatalog catalog, Declared schedules, OpenedStore? store, ILedgerObserver? observer)
    {
        _store = store;
        _settings = settings;
        _catalog = catalog;
        _ledger = new TaskLedger(settings.Ledger, settings.Pools.Select(static pool => pool.Name), catalog.Types.Count + 1) { Observer = observer };
        _schedules = new Scheduling(_ledger, catalog, schedules, _log);
        _edge = new SubmitEdge(_ledger, settings.Admission);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static DateTimeOffset Now => Context.System.Scheduler.Now;

    public static Props Props(EngineSettings settings, TaskCatalog catalog, Declared schedules, OpenedStore? store, ILedgerObserver? observer) =>
        Akka.Actor.Props.Create(() => new TaskCoordinator(settings, catalog, schedules, store, observer));

    protected override void PreStart()
    {
        _durable = _store is null ? null : new DurableLedger(_ledger, _catalog, _store, _settings.StoreDispatcher, Context, Timers, _log);
        _questions = new TreeQuestions(_ledger, _catalog, _durable);
        _control = new ControlDesk(_ledger, _catalog, _durable, Self, () => _draining);
        _pools = new WorkerPools(_ledger, _settings, _catalog, Context, _log);
        _pools.Start();
        _schedules.Begin(_durable, Now);
        SetAlarm();
    }

    protected override void OnReceive(object message)
    {
        if (_durable is null)
        {
            Handle(message);
            return;
        }

        try
        {
            Handle(message);
        }
        catch (Exception exception)
        {
            Lose(exception); // started anew it would know less than its store: better to stop, and to come back from there
        }
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case WorkReport report:
                _ledger.Report(
                    report.Assignment, report.Ends.AsSpan(report.Start, report.Count), report.RunningFor, Now, _chance.NextDouble(), report.GoesOnAhead);
                break;
            case SpawnNow spawn:
                _ledger.SpawnNow(spawn.Parent, spawn.Run, spawn.Child, Now);
                break;
            case TaskProtocol.Spawn spawn:
                ToldFollowUps.Hold(spawn, _ledger, _catalog, _log);
                return;
            case Submit submit:
                Accept(submit);
                break;
            case FindTree find:
                _questions!.Find(find);
                break;
            case CancelTask cancel:
                Cancel(cancel);
                break;
            case RetryTree retry:
                TreeRetries.Ask(_durable, retry, isStopping: _draining is not null, Now);
                break;
            case TreeRead read:
                _durable!.Retry(read, Now);
                break;
            case ReadProgress read:
                read.Progress.Set(ProgressOf.Engine(_ledger, _catalog, _settings, _durable?.Progress(Now)));
                return;
            case ControlMessage control:
                _control!.Handle(control, Now);
                break;
            case GoOn:
                _isGoingOn = false;
                break;
            case WorkerStarted started:
                _pools.Welcome(started);
                break;
            case WorkerRenewed renewed:
                _pools.Renew(renewed.Worker);
                break;
            case Tick:
                _alarm = null;
                _ledger.Tick(Now);
                _schedules.Tick(Now);
                break;
            case IScheduleCommand command:
                _schedules.Handle(command, Now);
                break;
            case Drain drain:
                StartDrain(drain);
                break;
            case DrainOver:
                EndDrain();
                return;
            case Terminated terminated:
                _pools.Bury(terminated.ActorRef);
                break;
            case Committed committed:
                _durable!.Committed(committed.Batch);
                break;
            case StoreBack:
                _durable!.Back();
                break;
            case RowsRead read:
                Recover(read);
                break;
            case FoundRoots found:
                _durable!.Answer(found);
                break;
            case RootsRead read:
                read.Asked.Then(read.Rows, Now);
                break;
            case InboxRead inbox:
                _durable!.Accept(inbox, Now);
                break;
            case InboxDue:
                _durable!.LookIntoInbox();
                break;
            case StoreAway:
                _durable!.Away(Now);
                return;
            case StoreLost lost:
                Lose(lost.Cause);
                return;
            default:
                Unhandled(message);
                return;
        }

        Release();
    }

    protected override void PostStop()
    {
        TellStopped(new EngineStoppedException(_durable is null
            ? "The engine has stopped before the task ended."
            : "The engine has stopped before the task ended. It is in the store, and goes on when the engine is started again."));
        EndDrain();
    }

    private void TellStopped(EngineStoppedException stopped)
    {
        foreach (var effect in _durable?.Abandon() ?? [])
        {
            switch (effect)
            {
                case TreeEnded ended:
                    TreeListeners.Of(ended.Tree)?.Stopped(stopped); // its end was not committed: nobody has been told of it
                    break;
                case CancelRun or Recall:
                    CarryOut(effect);
                    break;
            }
        }

        foreach (var tree in _ledger.Trees)
        {
            TreeListeners.Of(tree)?.Stopped(stopped);
        }

        foreach (var waiter in _ledger.Backlog?.Waiters ?? [])
        {
            ((ITreeListener)waiter).Stopped(stopped);
        }
    }

    /// <summary>Ready tasks go to idle workers, and what the step led to leaves: at once where there is no store, otherwise when the step is committed.</summary>
    private void Release()
    {
        if (_durable is { Lost: not null })
        {
            return; // nothing leaves any more
        }

        while (_edge.Next() is { } next)
        {
            Accept(next);
        }

        _ledger.Dispatch(Now);
        if (_durable is not null)
        {
            CarryOut(_durable.Step());
        }
        else
        {
            CarryOut(_ledger.Effects);
            _ledger.Effects.Clear();
        }

        if (_ledger.HasMore && !_isGoingOn)
        {
            _isGoingOn = true;
            Self.Tell(GoOn.Instance); // behind what has come meanwhile
        }

        SetAlarm();
        if (_draining is { } mode && !_isDrained && IsDrained(mode))
        {
            EndDrain();
        }
    }

    private void CarryOut(IReadOnlyList<LedgerEffect> effects)
    {
        for (var index = 0; index < effects.Count; index++)
        {
            CarryOut(effects[index]);
        }
    }

    private void CarryOut(LedgerEffect effect)
    {
        switch (effect)
        {
            case Assignment assignment when _durable is not null:
                Send(assignment);
                break;
            case Assignment assignment:
                WorkerOf(assignment).Tell(assignment, Self);
                break;
            case Answered answer:
                answer.Give();
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
                TaskLog.Write(_log, failed, PoolOf(failed.Task));
                break;
            case CapacityCycle cycle:
                TaskLog.Write(_log, cycle);
                break;
            case TreeExpired expired:
                TaskLog.Write(_log, expired);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{effect}");
        }
    }

    /// <summary>After its commit: the worker may be another one by now.</summary>
    private void Send(Assignment assignment)
    {
        if (_ledger.Sent(assignment, Now))
        {
            WorkerOf(assignment).Tell(assignment, Self);
        }
    }

    /// <summary>One timer for all that depends on time: armed for the earliest, and only when that comes before what it is armed for.</summary>
    private void SetAlarm()
    {
        if (_schedules.Earlier(_ledger.NextDue, Now) is not { } due || (_alarm is { } armed && armed <= due))
        {
            return;
        }

        // Never armed for long: a clock that was set meanwhile is noticed within a minute.
        var delay = due - Now;
        delay = delay < TimeSpan.Zero ? TimeSpan.Zero : delay > _settings.AlarmMax ? _settings.AlarmMax : delay;
        _alarm = due;
        Timers.StartSingleTimer(TickTimer, Tick.Instance, delay);
    }

    private static EngineStoppedException Stopping() => new("The engine is stopping and takes no new tasks from outside.");

    private void Accept(Submit submit)
    {
        if (_draining is not null)
        {
            submit.Accepted.Fail(Stopping());
            return;
        }

        if (_durable?.Refusal(Now) is { } refusal)
        {
            submit.Accepted.Fail(refusal);
            return;
        }

        if (_durable is not null && submit is { HasKey: true, Roots: [var keyed] } && _ledger.FindTree(keyed.Root.Id) is null)
        {
            _durable.Ask(keyed.Root.Id, row => _questions!.AnswerEnded(row, keyed, submit.Accepted), () => AcceptNew(submit), row => _questions!.AnswerWaiting(row, keyed, submit.Accepted));
            return;
        }

        AcceptNew(submit);
    }

    private void Cancel(CancelTask cancel)
    {
        if (_durable is not null && _durable.MustWait(cancel))
        {
            return;
        }

        if (_durable?.IsElsewhere(cancel.Id, () => CancelKnown(cancel)) == true)
        {
            return;
        }

        if (cancel.WholeTree || _ledger.Knows(cancel.Id))
        {
            CancelKnown(cancel);
        }
        else
        {
            _ledger.WhenAllIsKnown(() => CancelKnown(cancel));
        }
    }

    private void CancelKnown(CancelTask cancel)
    {
        var found = cancel.WholeTree ? _ledger.CancelTree(cancel.Id, Now) : _ledger.Cancel(cancel.Id, Now);
        Answer(() => cancel.Found.Set(found));
    }

    /// <summary>Behind all that the step led to; with a store, once it is committed.</summary>
    private void Answer(Action answer) => _ledger.Effects.Add(new Answered(answer));

    private void Recover(RowsRead read)
    {
        try
        {
            _schedules.KeepFired();
            foreach (var waited in _durable!.Recover(read, Now, _schedules.Recovered))
            {
                OnReceive(waited);
            }
        }
        catch (StoreException damaged)
        {
            Lose(damaged);
        }
    }

    /// <summary>What happens from now on would not be remembered: the engine stops its work, and its actor system with it.</summary>
    private void Lose(Exception cause)
    {
        if (_durable!.Lost is not null)
        {
            return;
        }

        _log.Error(cause, "The engine stops: {Cause}", cause.Message);
        _durable.Lose(cause);
        CarryOut([.. _durable.TakeCommitted().Where(static effect => effect is not Assignment)]); // what stands in the store is so; nothing begins any more
        _ledger.Close();
        _ledger.InterruptAll(Now);
        TellStopped(new EngineStoppedException($"The engine has stopped: {cause.Message}", cause));
        EndDrain();
        CoordinatedShutdown.Get(Context.System).Run(StoreLostReason.Instance);
    }

    private void AcceptNew(Submit submit)
    {
        if (_durable is not null && (submit.IsUnique || submit.HasKey && _ledger.FindTree(submit.Roots[0].Root.Id) is null) && _durable.MustWait(submit))
        {
            return; // it may be one of the live trees that are not back yet
        }

        if (_edge.Concerns(submit) && (_durable?.MustWait(submit) == true || !_edge.Admit(submit)))
        {
            return; // comes again: when all live trees are back and counted, or when it is its turn
        }

        foreach (var (root, completion, listener, request) in submit.Roots)
        {
            var (tree, isNew) = _ledger.Submit(root, completion, Now, request);
            if (!isNew && tree.Root.Type != root.Type)
            {
                submit.Accepted.Fail(TreeQuestions.KeyTaken(root, $"a live {tree.Root.Type} ({tree.Id})"));
                return;
            }

            TreeListeners.Attach(_ledger, tree, listener);
        }

        Answer(() => submit.Accepted.Set(true));
    }

    private string PoolOf(TaskRecord task) => _settings.Pools[task.Type.Pool].Name;

    private static IActorRef WorkerOf(Assignment assignment) => (IActorRef)assignment.Worker.Reference!;

    private void StartDrain(Drain drain)
    {
        _drainReplies.Add(drain.Report);
        _edge.Close(Stopping);
        if (_draining is null || drain.Mode > _draining)
        {
            _draining = drain.Mode;
            _schedules.Stop();
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

    private bool IsDrained(DrainMode mode) => _durable is null or { IsSettled: true } && (mode == DrainMode.FinishTrees ? _ledger.LiveTrees == 0 : _ledger.RunsOut == 0);

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
