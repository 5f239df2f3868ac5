using System.Diagnostics;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace Actors.Workers;

/// <summary>
/// Runs the tasks of one assignment, one after the other, and reports how they ended. Its worker stays beside it and may at any time recall
/// what has not started, cancel what runs, or leave it behind.
/// </summary>
/// <remarks>
/// Who may run a task is settled by one number: <see cref="_next"/> is taken by the runner with an increment, and by a recall with an exchange to a value
/// that is beyond every index. So a task is either run or given back, never both. What has been reported is settled under <see cref="_reporting"/>.
/// </remarks>
internal sealed class ChunkRunner(
    Assignment assignment, WorkerSettings settings, IActorRef coordinator, IActorRef worker, ILoggingAdapter log) : IRunnable, IAttemptHost
{
    private const int Recalled = int.MaxValue / 2;

    private readonly AttemptEnd[] _ends = new AttemptEnd[assignment.Tasks.Length];
    private readonly Lock _reporting = new();
    private int _next;
    private int _done;
    private int _reported;
    private bool[]? _cancelled;
    private TaskContext? _context;
    private long _startedAt;
    private volatile bool _isLeft;
    private bool _isOver;

    public Assignment Assignment => assignment;

    IActorRef IAttemptHost.Coordinator => coordinator;

    /// <summary>The context of the attempt that runs now; null between attempts and at the end.</summary>
    public TaskContext? Current => Volatile.Read(ref _context);

    TaskType IAttemptHost.TypeOf(ITaskMessage message) => settings.Catalog.TypeOf(message);

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

        _ = RunAsync();
    }

    public void Execute() => Run();

    /// <summary>The worker's thread: reports what is done and gives back what has not started.</summary>
    public void Recall()
    {
        settings.Handlers.Schedule(Waker.Instance);
        lock (_reporting)
        {
            if (_isOver)
            {
                return;
            }

            var next = Interlocked.Exchange(ref _next, Recalled);
            var done = Volatile.Read(ref _done);
            var count = assignment.Tasks.Length;
            var runs = next < count ? next - 1 : count - 1; // the last that was taken: it runs, unless it is done
            var givenBack = next < count ? count - next : 0;
            var ends = new AttemptEnd[done - _reported + givenBack];
            Array.Copy(_ends, _reported, ends, 0, done - _reported);
            for (var index = 0; index < givenBack; index++)
            {
                ends[done - _reported + index] = GivenBack(next + index);
            }

            _reported = done;
            TimeSpan? runningFor = next < Recalled && runs >= done ? Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)) : null;
            if (ends.Length > 0 || runningFor is not null)
            {
                coordinator.Tell(new WorkReport(assignment, ends, 0, ends.Length, runningFor), worker);
            }
        }
    }

    /// <summary>The worker's thread: cancels the token of a run, or gives it back with the rest where it has not started.</summary>
    public void Cancel(AssignedTask run)
    {
        var index = Array.IndexOf(assignment.Tasks, run);
        (_cancelled ??= new bool[_ends.Length])[index] = true;
        Interlocked.MemoryBarrier(); // first the mark, then the look: either this sees the context, or the runner that publishes it sees the mark
        Recall();
        if (Current is { } context && context.Index == index)
        {
            context.RequestCancel();
        }
    }

    /// <summary>The worker's thread: from now on this runner speaks to nobody.</summary>
    public void Leave()
    {
        _isLeft = true;
        Interlocked.Exchange(ref _next, Recalled);
        Current?.RequestCancel();
    }

    private async Task RunAsync()
    {
        try
        {
            HandlerScope.Enter(this);
            var now = Stopwatch.GetTimestamp();
            var sliceEnd = now + (long)(settings.Slice.TotalSeconds * Stopwatch.Frequency);
            var isElsewhere = false;
            while (true)
            {
                if ((now > sliceEnd && _done > 0) || (isElsewhere && IsNextSynchronous()))
                {
                    break; // the slice is over, or this is no thread of the dispatcher any more: the rest goes back
                }

                var index = Interlocked.Increment(ref _next) - 1;
                if (index >= _ends.Length)
                {
                    break;
                }

                Volatile.Write(ref _startedAt, now);
                Ending ending;
                var type = (IHandlerType)assignment.Tasks[index].Task.Type;
                if (assignment.Tasks[index].Task.Interruption != Interruption.None)
                {
                    ending = new Ending(EndKind.Interrupted, null, null); // cancelled since it was assigned: it never starts
                }
                else if (type is { IsSynchronous: true, Handlers.IsPlain: true })
                {
                    ending = RunHere(type, index);
                }
                else
                {
                    var running = RunOneAsync(type, index);
                    isElsewhere |= !running.IsCompleted;
                    ending = await running.ConfigureAwait(false);
                }

                var then = Stopwatch.GetTimestamp();
                ref var end = ref _ends[index];
                end.Task = assignment.Tasks[index].Task;
                end.Run = assignment.Tasks[index].Run;
                end.Kind = ending.Kind;
                end.Payload = ending.Payload;
                end.Detail = ending.Detail;
                end.Elapsed = Stopwatch.GetElapsedTime(now, then);
                Volatile.Write(ref _done, index + 1);
                if (log.IsDebugEnabled)
                {
                    LogEnd(index);
                }

                now = then;
            }

            ReportRest();
        }
        catch (Exception exception)
        {
            // No handler's exception comes this far: it is ours. The worker's death makes what it had ready again.
            log.Error(exception, "A runner failed: this is a fault of the engine");
            worker.Tell(Kill.Instance);
        }
    }

    private bool IsNextSynchronous() =>
        Volatile.Read(ref _next) is var next && next < _ends.Length && ((IHandlerType)assignment.Tasks[next].Task.Type).IsSynchronous;

    /// <summary>The common case, without a state machine: a synchronous handler that needs no scope.</summary>
    private Ending RunHere(IHandlerType type, int index)
    {
        var context = Begin(index);
        var ending = AttemptRun.Run(type, context);
        End(context);
        return ending;
    }

    private async ValueTask<Ending> RunOneAsync(IHandlerType type, int index)
    {
        var context = Begin(index);
        var ending = await AttemptRun.RunAsync(type, context).ConfigureAwait(false);
        End(context);
        return ending;
    }

    private TaskContext Begin(int index)
    {
        var context = new TaskContext(this, in assignment.Tasks[index], index);
        Interlocked.Exchange(ref _context, context); // a full fence: see Cancel
        if (_isLeft || Volatile.Read(ref _cancelled) is { } cancelled && cancelled[index])
        {
            context.RequestCancel();
        }

        return context;
    }

    private void End(TaskContext context)
    {
        context.Close();
        Volatile.Write(ref _context, null);
    }

    /// <summary>The end: what was not recalled and not reported before.</summary>
    private void ReportRest()
    {
        lock (_reporting)
        {
            _isOver = true;
            if (_isLeft)
            {
                worker.Tell(TaskWorker.CameBack.Instance, ActorRefs.NoSender);
                return;
            }

            var next = Interlocked.Exchange(ref _next, Recalled);
            for (var index = next; index < _ends.Length; index++)
            {
                _ends[index] = GivenBack(index);
            }

            var count = (next < _ends.Length ? _ends.Length : _done) - _reported;
            if (count > 0)
            {
                coordinator.Tell(new WorkReport(assignment, _ends, _reported, count, null), worker);
            }
        }
    }

    private AttemptEnd GivenBack(int index) => new()
    {
        Task = assignment.Tasks[index].Task,
        Run = assignment.Tasks[index].Run,
        Kind = EndKind.GivenBack,
    };

    private void LogEnd(int index)
    {
        ref var end = ref _ends[index];
        TaskLog.Write(
            log, LogLevel.DebugLevel, end.Task, assignment.Tasks[index].Attempt, worker.Path.Parent.Name, "ended as {End} after {Duration}", end.Kind, end.Elapsed);
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
