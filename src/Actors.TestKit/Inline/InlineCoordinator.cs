using System.Diagnostics;
using Actors.Ledger;
using Actors.Registration;
using Actors.Workers;
using Akka.Actor;

namespace Actors.TestKit;

/// <summary>A worker without a thread: has one assignment, runs it when it is told to, and reports when it is told to.</summary>
internal sealed class InlineWorker(int number, int pool)
{
    public int Number { get; } = number;

    public WorkerRecord Record { get; } = new(number, pool);

    public Assignment? Assignment { get; set; }

    /// <summary>How its run ended, while that is not reported yet.</summary>
    public AttemptEnd? End { get; set; }

    public TaskContext? Context { get; set; }

    /// <summary>What it runs, once it has begun.</summary>
    public ExploredAttempt? Attempt { get; set; }

    public AssignedTask Run => Assignment!.Tasks[0];

    public bool IsToRun => Assignment is not null && End is null;

    /// <summary>Whether it is in the middle of a handler.</summary>
    public bool Stands => IsToRun && Attempt is not null;

    public bool IsToReport => End is not null;

    /// <summary>It has nothing any more.</summary>
    public void Clear() => (Assignment, End, Context, Attempt) = (null, null, null, null);
}

/// <summary>An attempt that its worker was taken away from, as it did not end in time: its handler is still at work, and nobody hears of its end.</summary>
internal sealed record LeftBehind(ExploredAttempt Attempt, AssignedTask Run);

/// <summary>
/// The real ledger and the real handlers, and nothing between them: one thread, a clock that stands until it is moved, workers that do what they are told.
/// </summary>
internal sealed class InlineCoordinator : IAttemptHost
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TaskCatalog _catalog;
    private readonly TaskLedger _ledger;
    private readonly List<InlineWorker> _workers = [];
    private readonly List<LeftBehind> _leftBehind = [];
    private readonly Func<IHandlerType, IHandlerType> _handled;
    private int _numbers;

    /// <param name="tasks">Registers the handlers.</param>
    /// <param name="services">Makes them.</param>
    /// <param name="workersPerPool">How many workers each pool has.</param>
    /// <param name="handled">How a type's handlers are called; null means as they are.</param>
    public InlineCoordinator(Action<TaskRegistry> tasks, IServiceProvider? services, int workersPerPool, Func<IHandlerType, IHandlerType>? handled = null)
    {
        _handled = handled ?? (static type => type);
        var registry = new TaskRegistry();
        tasks(registry);
        string[] pools = [.. registry.Shapes.Values.Select(shape => registry.OptionsOf(shape.Message).Pool).Append("default").Distinct()];
        _catalog = TaskCatalog.Build(registry, pools, null, services);
        History = new TaskHistory(() => Now - Start);
        _ledger = new TaskLedger(new LedgerSettings { ChunkTasksMax = 1 }, pools, _catalog.Types.Count) { Observer = History.Observer };
        Coordinator = new ListeningRef(message => Hold((TaskProtocol.Spawn)message));
        for (var pool = 0; pool < pools.Length; pool++)
        {
            for (var count = 0; count < workersPerPool; count++)
            {
                AddWorker(pool);
            }
        }
    }

    public IActorRef Coordinator { get; }

    public TaskHistory History { get; }

    public DateTimeOffset Now { get; private set; } = Start;

    public IReadOnlyList<InlineWorker> Workers => _workers;

    /// <summary>Handlers that are still at work though their attempts have been given up.</summary>
    public IReadOnlyList<LeftBehind> LeftBehind => _leftBehind;

    public TreeOutcome? Ended { get; private set; }

    /// <summary>When something is due, should nothing happen before.</summary>
    public DateTimeOffset? NextDue => _ledger.NextDue;

    public TaskType TypeOf(ITaskMessage message) => _catalog.TypeOf(message);

    public void MakeKnown(TaskRecord task)
    {
        // all tasks are
    }

    /// <summary>A handler asks for it with each task that it spawns or joins.</summary>
    TaskType IAttemptHost.TypeOf(ITaskMessage message)
    {
        ExploredAttempt.Current?.Reach(Deed.Spawn, message, 0);
        return TypeOf(message);
    }

    public void SpawnNow(TaskRecord parent, int run, TaskRecord child) => _ledger.SpawnNow(parent, run, child, Now);

    public TaskId Submit(ITaskMessage task, SubmitOptions? options = null)
    {
        var id = TaskId.FromKey(options?.Key ?? "the root");
        var root = new TaskRecord(id, TypeOf(task), task, null, options?.Task);
        var completion = options?.WhenDone is { } whenDone ? new TaskRecord(id.Completion(), TypeOf(whenDone), whenDone, root.Path, null) : null;
        Ended = null;
        _ledger.Submit(root, completion, Now, options?.Request);
        Release();
        return id;
    }

    /// <summary>Runs the handler of what the worker has: to its end, which is not reported yet, or as far as its next <c>await</c>, where it stops at those.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="pointsToLive">How many points the handler passes before the worker dies; null means that it lives.</param>
    public async Task RunAsync(InlineWorker worker, int? pointsToLive = null)
    {
        var run = worker.Run;
        if (worker.Attempt is null)
        {
            worker.Context = new TaskContext(this, in run);
            worker.Attempt = new ExploredAttempt(_handled((IHandlerType)run.Task.Type), worker.Context);
            worker.Assignment!.IsTaken = true;
        }

        var ending = !worker.Attempt.HasStarted && run.Task.Interruption != Interruption.None
            ? new Ending(EndKind.Interrupted, null, null)
            : await worker.Attempt.GoOnAsync(pointsToLive).ConfigureAwait(false);
        if (worker.Attempt.IsDead)
        {
            Lose(worker);
        }
        else if (ending is { } end)
        {
            worker.Context!.Close();
            worker.End = new AttemptEnd { Task = run.Task, Run = run.Run, Kind = end.Kind, Payload = end.Payload, Detail = end.Detail };
        }
    }

    /// <summary>What was left behind goes on, as far as its next <c>await</c> or to its end.</summary>
    public async Task RunAsync(LeftBehind left)
    {
        if (await left.Attempt.GoOnAsync(null).ConfigureAwait(false) is not null)
        {
            _leftBehind.Remove(left);
        }
    }

    public void Report(InlineWorker worker)
    {
        var (assignment, end) = (worker.Assignment!, worker.End!.Value);
        worker.Clear();
        _ledger.Report(assignment, [end], null, Now, 0.5);
        Release();
    }

    /// <summary>The worker dies with what it has, and another comes in its place.</summary>
    public void Lose(InlineWorker worker)
    {
        var hadTaken = worker.Assignment is { IsTaken: true };
        _workers.Remove(worker);
        _ledger.WorkerLost(worker.Record, hadTaken, Now);
        AddWorker(worker.Record.Pool);
        Release();
    }

    /// <summary>Moves the clock to when something is due.</summary>
    /// <returns>Whether anything is.</returns>
    public bool Advance()
    {
        if (NextDue is not { } due)
        {
            return false;
        }

        Now = due > Now ? due : Now;
        _ledger.Tick(Now);
        Release();
        return true;
    }

    private void AddWorker(int pool)
    {
        var worker = new InlineWorker(++_numbers, pool);
        _workers.Add(worker);
        _ledger.WorkerReady(worker.Record);
    }

    private void Hold(TaskProtocol.Spawn spawn) =>
        _ledger.Hold(spawn.Parent, spawn.Run, (id, path) => new TaskRecord(id, TypeOf(spawn.Task), spawn.Task, path, spawn.Options));

    private void Release()
    {
        _ledger.Dispatch(Now);
        for (var index = 0; index < _ledger.Effects.Count; index++)
        {
            switch (_ledger.Effects[index])
            {
                case Assignment assignment:
                    WorkerOf(assignment).Assignment = assignment;
                    break;
                case CancelRun cancel:
                    WorkerOf(cancel.Assignment).Context?.RequestCancel();
                    break;
                case Abandon abandon:
                    var worker = WorkerOf(abandon.Assignment);
                    if (worker.Attempt is { Stands: true } attempt)
                    {
                        _leftBehind.Add(new LeftBehind(attempt, worker.Run));
                    }

                    worker.Clear();
                    _ledger.WorkerReady(worker.Record);
                    _ledger.Dispatch(Now);
                    break;
                case TreeEnded ended:
                    Ended = ended.Outcome;
                    break;
                case Recall or RootEnded or AttemptFailed or TreeExpired or Admission.CapacityCycle:
                    break; // a chunk of one has nothing to give back; the others are seen by the observer
                case var effect:
                    throw new UnreachableException($"{effect}");
            }
        }

        _ledger.Effects.Clear();
    }

    private InlineWorker WorkerOf(Assignment assignment) => _workers.Find(worker => worker.Record == assignment.Worker)!;
}
