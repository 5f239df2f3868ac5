using System.Diagnostics;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace Actors.Workers;

/// <summary>
/// Runs the tasks of one assignment, one after the other, runs ahead on what they spawn, and reports how they ended. Its worker stays beside it and may at any
/// time recall what has not started, cancel what runs, or leave it behind.
/// </summary>
/// <remarks>
/// <para>
/// Whose the state is: the runner's between handlers, and while a handler runs whoever holds <see cref="_lock"/>. The runner says where it is in
/// <see cref="_isInHandler"/> and then looks at <see cref="_isWanted"/>; whoever wants something sets that and then looks where the runner is, with a barrier in
/// every thread of the process between the two. So one of them sees the other, and the runner, which passes here twice a task, pays for no barrier
/// (an asymmetric Dekker lock; membarrier(2) tells of the like).
/// </para>
/// <para>Once something is wanted, all that is here is told and nothing starts any more: a runner lives for one slice.</para>
/// </remarks>
internal sealed class ChunkRunner(
    Assignment assignment, WorkerSettings settings, IActorRef coordinator, IActorRef worker, ILoggingAdapter log) : IRunnable, IAttemptHost
{
    /// <summary>Work that is worth sharing with those that have none: some times what it costs to share it.</summary>
    private static readonly long ShareAfter = Stopwatch.Frequency / 20_000;

    private static readonly long ShareAfterTicks = TimeSpan.TicksPerSecond / 20_000;

    /// <summary>Of short tasks that are run ahead one in so many is timed: to read the clock costs as much as a small handler.</summary>
    private const int TimedOneIn = 16;

    private static readonly long ShortTicks = TimeSpan.TicksPerSecond / 100_000;

    private readonly Lock _lock = new();
    private readonly AttemptEnds _ends = new(assignment.Tasks.Length);
    private AssignedTask[] _tasks = assignment.Tasks;
    private int _next;
    private RunAhead? _ahead;
    private int _reported;
    private TaskContext? _context;
    private long _startedAt;
    private long _sharedAt;
    private int _thread; // on which it was begun, until that goes on without it
    private volatile bool _isInHandler;
    private volatile bool _isWanted;
    private bool _isTold;
    private bool _isLeft;
    private bool _isOver;

    public Assignment Assignment => assignment;

    IActorRef IAttemptHost.Coordinator => coordinator;

    /// <summary>The context of the attempt that runs now; null between attempts and at the end.</summary>
    public TaskContext? Current => Volatile.Read(ref _context);

    TaskType IAttemptHost.TypeOf(ITaskMessage message) => settings.Catalog.TypeOf(message);

    void IAttemptHost.MakeKnown(TaskRecord task)
    {
        if (_ahead is { IsOpen: true })
        {
            Want();
        }
    }

    void IAttemptHost.SpawnNow(TaskRecord parent, int run, TaskRecord child) =>
        coordinator.Tell(new SpawnNow(parent, run, child), ActorRefs.NoSender);

    /// <summary>On a thread that this may block.</summary>
    public void Run()
    {
        if (assignment.Tasks.Length == 1)
        {
            // Akka's dedicated thread pool wakes at most as many threads at a time as there are processors, and a thread that then blocks wakes no
            // other: what stands behind it in the queue would wait, though threads are idle. A chunk of several does so when it is recalled.
            settings.Handlers.Schedule(Waker.Instance);
        }

        _thread = Environment.CurrentManagedThreadId;
        _ = RunAsync();
        _thread = 0;
        HandOver.Drain();
    }

    public void Execute() => Run();

    /// <summary>The worker's thread: tells what is done and gives back what has not started.</summary>
    public void Recall()
    {
        settings.Handlers.Schedule(Waker.Instance);
        Want();
    }

    /// <summary>The worker's thread: cancels the token of a run, or gives it back with the rest where it has not started.</summary>
    public void Cancel(AssignedTask run)
    {
        Recall();
        lock (_lock)
        {
            if (_context is { } context && context.Task == run.Task)
            {
                context.RequestCancel();
            }
        }
    }

    /// <summary>The worker's thread: the same, after all that is here has been told.</summary>
    public void TellAndLeave()
    {
        Want();
        Leave();
    }

    /// <summary>The worker's thread: from now on this runner speaks to nobody.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            (_isLeft, _isTold, _isWanted) = (true, true, true);
            _context?.RequestCancel();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            HandlerScope.Enter(this);
            var now = _sharedAt = Stopwatch.GetTimestamp();
            var sliceEnd = now + (long)(settings.Slice.TotalSeconds * Stopwatch.Frequency);
            var isElsewhere = false;
            var untimed = 0;
            var isNowOld = false;
            for (var isFirst = true; TryPick(now, isFirst, now > sliceEnd, isElsewhere, out var run, out var isAhead); isFirst = false)
            {
                var isTimed = !isAhead || untimed == 0 || log.IsDebugEnabled || run.Task.Type.EstimateTicks is < 0 || run.Task.Type.EstimateTicks > ShortTicks;
                if (isTimed)
                {
                    now = isNowOld ? Stopwatch.GetTimestamp() : now;
                    untimed = TimedOneIn;
                }

                untimed--;
                isNowOld = !isTimed;
                _startedAt = now; // of one that is not timed, when the last one that was began: nothing that has a timeout is run ahead
                var ending = new Ending(EndKind.Interrupted, null, null);
                if (isAhead || run.Task is { Interruption: Interruption.None, IsHeldBack: false }) // otherwise cancelled or paused since it was assigned: it does not start
                {
                    var type = (IHandlerType)run.Task.Type;
                    var context = new TaskContext(this, in run);
                    if (!TryEnter(context, isFirst, isAhead))
                    {
                        break;
                    }

                    if (type is { IsSynchronous: true, Handlers.IsPlain: true })
                    {
                        ending = AttemptRun.Run(type, context); // the common case, without a state machine
                    }
                    else
                    {
                        var running = AttemptRun.RunAsync(type, context);
                        isElsewhere |= !running.IsCompleted;
                        ending = await running.ConfigureAwait(false);
                    }

                    Exit(context);
                }

                var then = isTimed ? Stopwatch.GetTimestamp() : now;
                Settle(in run, ending, isTimed ? Stopwatch.GetElapsedTime(now, then) : AttemptEnd.NotMeasured, isAhead);
                now = then;
            }

            Finish();
        }
        catch (Exception exception)
        {
            // No handler's exception comes this far: it is ours. The worker's death makes what it had ready again.
            log.Error(exception, "A runner failed: this is a fault of the engine");
            worker.Tell(Kill.Instance);
        }
    }

    /// <summary>
    /// What to run next: the newest of what was spawned here, and when that is done the next that was assigned. The first of an assignment always runs: on a machine
    /// that is busy with something else the slice may be over before it begins.
    /// </summary>
    private bool TryPick(long now, bool isFirst, bool isOver, bool isElsewhere, out AssignedTask run, out bool isAhead)
    {
        run = default;
        isAhead = false;
        while (isFirst || (!_isWanted && !isOver))
        {
            if (_ahead is { IsOpen: true } ahead)
            {
                if (ahead.Peek() is not { } next)
                {
                    if (!ahead.TryComplete(out _ends.Add()))
                    {
                        throw new UnreachableException($"{ahead.Base.Type} {ahead.Base.Id} waits for a join, and nothing below it is left.");
                    }

                    continue;
                }

                if (ahead.Base is { Interruption: not Interruption.None } or { IsHeldBack: true } || next.Type.Aside is not null || (isElsewhere && IsSynchronous(next)))
                {
                    break;
                }

                if (assignment.MayRunAhead!.IsThere && MayShare(ahead, next, now))
                {
                    Share(ahead, now);
                    continue;
                }

                ahead.Take();
                run = RunAhead.RunOf(next);
                isAhead = true;
                return true;
            }

            if (_next == _tasks.Length)
            {
                return false;
            }

            if (isElsewhere && IsSynchronous(_tasks[_next].Task))
            {
                break; // this is no thread of the dispatcher any more
            }

            run = _tasks[_next++];
            return true;
        }

        lock (_lock)
        {
            TellAll(null);
        }

        return false;
    }

    private static bool IsSynchronous(TaskRecord task) => ((IHandlerType)task.Type).IsSynchronous;

    /// <summary>From here on the state is that of whoever holds the lock.</summary>
    /// <returns>Whether it may start: where something is wanted first, it may not, and has been given back.</returns>
    private bool TryEnter(TaskContext context, bool isFirst, bool isAhead)
    {
        Volatile.Write(ref _context, context);
        _isInHandler = true;
        return !_isWanted || TryEnterLate(context, isFirst, isAhead);
    }

    private bool TryEnterLate(TaskContext context, bool isFirst, bool isAhead)
    {
        lock (_lock)
        {
            if (isFirst)
            {
                TellAll(context.Task);
            }

            if (_isTold)
            {
                return !_isLeft; // it was seen in here, and told as running
            }

            _isInHandler = false;
            _context = null;
            if (isAhead)
            {
                _ahead!.PutBack(context.Task);
            }
            else
            {
                _next--;
            }

            TellAll(null);
            return false;
        }
    }

    private void Exit(TaskContext context)
    {
        context.Close();
        Volatile.Write(ref _context, null);
        _isInHandler = false;
        if (_isWanted)
        {
            lock (_lock)
            {
                // whoever is at the state is done with it now
            }
        }
    }

    /// <summary>A run has ended: it goes on ahead, or is for the ledger to settle.</summary>
    private void Settle(in AssignedTask run, Ending ending, TimeSpan elapsed, bool isAhead)
    {
        var end = new AttemptEnd { Task = run.Task, Run = run.Run, Kind = ending.Kind, Payload = ending.Payload, Detail = ending.Detail, Elapsed = elapsed };
        if (log.IsDebugEnabled)
        {
            TaskLog.Write(log, LogLevel.DebugLevel, run.Task, run.Attempt, worker.Path.Parent.Name, "ended as {End} after {Duration}", end.Kind, end.Elapsed);
        }

        if (_isTold)
        {
            _ends.Add() = end;
        }
        else if (isAhead)
        {
            if (!_ahead!.TrySettle(in end))
            {
                lock (_lock)
                {
                    _ahead.Tell(_ends, run.Task, 0, null);
                    _ends.Add() = end;
                    TellAll(null);
                }
            }
        }
        else if (assignment.MayRunAhead is null || end.Detail is null
            || !(_ahead ??= new RunAhead(assignment.Worker.Pool, settings.AheadWorkMax)).TryBegin(in end))
        {
            _ends.Add() = end;
        }
    }

    /// <summary>Somebody else's thread, or that of the handler that runs: what is here is to be told.</summary>
    private void Want()
    {
        lock (_lock)
        {
            if (_isOver || _isTold)
            {
                return;
            }

            _isWanted = true;
            Interlocked.MemoryBarrierProcessWide();
            if (_isInHandler)
            {
                TellAll(_context!.Task);
            }
        }
    }

    /// <summary>Under the lock: reports all that has ended, and all that is left of what was run ahead; gives back what has not started.</summary>
    private void TellAll(TaskRecord? running)
    {
        if (_isTold)
        {
            return;
        }

        _isTold = true;
        if (_ahead is { IsOpen: true })
        {
            _ahead.Tell(_ends, running, 0, null);
        }

        GiveBackRest();
        Report(running is null ? null : Stopwatch.GetElapsedTime(_startedAt), goesOnAhead: false);
    }

    private void GiveBackRest()
    {
        for (; _next < _tasks.Length; _next++)
        {
            ref var end = ref _ends.Add();
            end.Task = _tasks[_next].Task;
            end.Run = _tasks[_next].Run;
            end.Kind = EndKind.GivenBack;
        }
    }

    /// <summary>Whether there is enough of it, and it takes long enough, or may.</summary>
    private bool MayShare(RunAhead ahead, TaskRecord next, long now) =>
        ahead.Ready + _tasks.Length - _next > 1
        && (now - _sharedAt > ShareAfter || next.Type.EstimateTicks is < 0 || next.Type.EstimateTicks > ShareAfterTicks);

    /// <summary>Others have nothing to do: gives away half of the oldest siblings, which is about half of the work, and goes on with the rest.</summary>
    private void Share(RunAhead ahead, long now)
    {
        lock (_lock)
        {
            if (_isWanted)
            {
                return;
            }

            if (_next < _tasks.Length)
            {
                GiveBackRest();
            }
            else
            {
                List<TaskRecord> kept = [];
                ahead.Tell(_ends, null, ahead.Ready - ((ahead.Oldest + 1) / 2), kept);
                _tasks = new AssignedTask[kept.Count];
                for (_next = 0; _next < kept.Count; _next++)
                {
                    _tasks[_next] = RunAhead.RunOf(kept[_next]);
                }

                _next = 0;
            }

            HandOver.Open();
            Report(null, goesOnAhead: true);
            HandOver.Close();
            _sharedAt = now;
        }

        using (ExecutionContext.SuppressFlow())
        {
            HandOver.Drain(); // so that the others have it at once, and not when this thread lets the coordinator's have a processor
        }
    }

    /// <summary>Under the lock, but for the last.</summary>
    private void Report(TimeSpan? runningFor, bool goesOnAhead)
    {
        var count = _ends.Count - _reported;
        if (count > 0 || runningFor is not null)
        {
            var ends = _ends.Items.AsSpan(_reported, count).ToArray();
            _reported = _ends.Count;
            coordinator.Tell(new WorkReport(assignment, ends, 0, count, runningFor, goesOnAhead), worker);
        }
    }

    /// <summary>The end: what was not told before.</summary>
    private void Finish()
    {
        lock (_lock)
        {
            _isOver = true;
            if (_isLeft)
            {
                worker.Tell(TaskWorker.CameBack.Instance, ActorRefs.NoSender);
            }
            else if (_ends.Count > _reported)
            {
                var report = new WorkReport(assignment, _ends.Items, _reported, _ends.Count - _reported, null);
                if (Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId)
                {
                    HandOver.Open(); // drained when this has returned
                    coordinator.Tell(report, worker);
                    HandOver.Close();
                }
                else
                {
                    coordinator.Tell(report, worker);
                }
            }
        }
    }

    /// <summary>Does nothing, on whichever thread wakes up for it.</summary>
    private sealed class Waker : IRunnable
    {
        public static readonly Waker Instance = new();

        public void Run()
        {
        }

        public void Execute()
        {
        }
    }
}
