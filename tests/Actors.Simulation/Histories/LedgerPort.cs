using System.Diagnostics;
using Actors.Admission;
using Actors.Ledger;
using Actors.Storage;

namespace Actors.Simulation.Histories;

/// <summary>The real ledger behind the words of the histories. With <see cref="Stores.DurablePort"/> the only file of them that knows its types.</summary>
internal class LedgerPort : ILedgerPort
{
    private static readonly EndKind[] Kinds = [.. Enum.GetValues<EndWord>().Select(static word => Enum.Parse<EndKind>(word.ToString()))];

    private readonly TaskLedger _ledger;
    private readonly TaskType[] _types;
    private readonly UniqueTerms? _uniques;
    private readonly Dictionary<int, WorkerRecord> _workers = [];

    /// <param name="terms">What it is played under.</param>
    /// <param name="format">How tasks are written into a store; null where there is none.</param>
    public LedgerPort(Terms terms, ITaskFormat? format = null)
    {
        var rules = terms.Gates is { } gates ? new GateRules(gates) : null;
        _uniques = terms.Uniques;
        _types = [.. Terms.Types.Select(type => NewType(type, format, rules))];
        var settings = new LedgerSettings
        {
            ChunkTasksMax = terms.ChunkTasksMax,
            FoldStepMax = terms.FoldStepMax,
            WorkerLossesMax = terms.WorkerLossesMax,
            Slice = terms.Slice,
            Grace = terms.Grace,
        };
        _ledger = new TaskLedger(settings, Enumerable.Range(0, Terms.Pools).Select(static pool => $"pool {pool}"), _types.Length);
    }

    protected TaskLedger Ledger => _ledger;

    public DateTimeOffset Now { get; set; }

    public virtual IEnumerable<Errand> LiveTasks => _ledger.LiveTasks.Select(ErrandOf);

    public long LiveCount => _ledger.Tally.Live;

    public int LiveTrees => _ledger.LiveTrees;

    public int RunsOut => _ledger.RunsOut;

    public bool KeepsPlaces => _ledger.Gatekeeper.HasClaim;

    public long StaleEnds => _ledger.StaleEnds;

    public DateTimeOffset? NextDue => _ledger.NextDue;

    public virtual TaskState StateOf(Errand task) => RecordOf(task).State;

    public virtual bool IsAway(Errand root) => false;

    public long Count(TypeTerms type, TaskState state) => _ledger.Tally[_types[type.Index], state];

    public (int Ready, int Busy, int Workers) Pool(int pool) => (_ledger.Pools[pool].Ready, _ledger.Pools[pool].Busy, _ledger.Pools[pool].Workers);

    public void Make(Errand task, JoinTerms? join)
    {
        var type = _types[task.Type.Index];
        var path = task.Spawner is { } spawner ? PathOf(spawner) : null;
        if (join is not { } terms)
        {
            task.Record = new TaskRecord(task.Id, type, task, path, OptionsOf(task));
            return;
        }

        var record = new JoinRecord(task.Id, type, task, path!, PolicyOf(terms), terms.Members.Count, terms.IsFold);
        for (var place = 0; place < terms.Members.Count; place++)
        {
            var (child, isEarly) = terms.Members[place];
            if (isEarly)
            {
                (record.EarlyChildren ??= []).Add((child.Id, place));
            }
            else
            {
                RecordOf(child).Join = record;
                RecordOf(child).JoinIndex = place;
            }
        }

        task.Record = record;
    }

    public virtual void Submit(Errand root, Errand? completion) =>
        _ledger.Submit(RecordOf(root), completion is null ? null : RecordOf(completion), Now, RequestOf(root));

    public void WorkerReady(int worker, int pool)
    {
        if (!_workers.TryGetValue(worker, out var record))
        {
            _workers.Add(worker, record = new WorkerRecord(worker, pool));
        }

        _ledger.WorkerReady(record);
    }

    public void WorkerLost(int worker, bool hadTaken)
    {
        _workers.Remove(worker, out var record);
        _ledger.WorkerLost(record!, hadTaken, Now);
    }

    public void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor, double chance) =>
        _ledger.Report((Assignment)assignment, [.. ends.Select(end => Translate((Assignment)assignment, end))], runningFor, Now, chance);

    public void SpawnNow(Errand parent, int run, Errand child) => _ledger.SpawnNow(RecordOf(parent), run, RecordOf(child), Now);

    public bool Hold(TaskId parent, int run, Func<TaskId, Errand> make) =>
        _ledger.Hold(parent, run, (id, _) => RecordOf(make(id)));

    public bool Cancel(TaskId id) => _ledger.Cancel(id, Now);

    public bool CancelTree(TaskId rootId) => _ledger.CancelTree(rootId, Now);

    public virtual bool SetPause(Hold hold, bool isPaused)
    {
        _ledger.BeginStep(Now);
        var (pauses, pause) = (_ledger.Pauses, new Pause("somebody", Now));
        if (hold.Pool is { } index)
        {
            var pool = _ledger.Pools[index];
            return isPaused ? pauses.Set(pool, pause) : Pauses.End(pool);
        }

        if (hold.Type is { } terms)
        {
            var type = _types[terms.Index];
            return isPaused ? pauses.Set(type, pause) : pauses.End(type);
        }

        return _ledger.FindTree(hold.Tree!.Value) is { } tree && (isPaused ? pauses.Set(tree, pause) : pauses.End(tree));
    }

    public void Tick() => _ledger.Tick(Now);

    public void Close() => _ledger.Close();

    public void InterruptAll() => _ledger.InterruptAll(Now);

    public virtual List<Signal> Release()
    {
        _ledger.Dispatch(Now);
        var signals = _ledger.Effects.Where(static effect => effect is not CapacityCycle).Select(Translate).ToList(); // that is a word to people, and changes nothing
        _ledger.Effects.Clear();
        return signals;
    }

    protected TaskType TypeNamed(string name) => Array.Find(_types, type => type.Name == name)!;

    protected static Signal Translate(LedgerEffect effect) => effect switch
    {
        Assignment assignment => new RunsAssigned(assignment, assignment.Worker.Id, Array.ConvertAll(assignment.Tasks, Translate)),
        CancelRun cancel => new RunToldToEnd(cancel.Assignment, ErrandOf(cancel.Run.Task), cancel.Run.Run, Translate(cancel.Reason)),
        Recall recall => new WorkRecalled(recall.Assignment),
        Abandon abandon => new RunLeftBehind(abandon.Assignment, abandon.Assignment.Worker.Id, ErrandOf(abandon.Run.Task), abandon.Run.Run, Translate(abandon.Reason)),
        RootEnded ended => new RootHasEnded(ErrandOf(ended.Tree.Root), Translate(ended.Outcome)),
        TreeEnded ended => TranslateTree(ErrandOf(ended.Tree.Root), ended.Outcome),
        TreeExpired expired => new TreeHasExpired(ErrandOf(expired.Tree.Root), expired.Live),
        AttemptFailed failed => new AttemptHasFailed(ErrandOf(failed.Task), failed.Attempt, Translate(failed.Failure)!, failed.RetryIn),
        _ => throw new UnreachableException($"{effect}"),
    };

    protected static TreeHasEnded TranslateTree(Errand root, TreeOutcome outcome) => new(
        root, Translate(outcome.Root), outcome.State, outcome.Succeeded, outcome.Failed, outcome.Cancelled, outcome.UnjoinedFailures, Translate(outcome.FirstFailure));

    private static AssignedRun Translate(AssignedTask run) => new(ErrandOf(run.Task), run.Run, run.Attempt, (run.Task as JoinRecord) switch
    {
        null => null,
        { IsFold: true } fold => new JoinInput([.. fold.Step!.Select(static outcome => (Ending?)Translate(outcome))], StateOf(fold), fold.IsLastStep),
        var join => new JoinInput([.. join.Outcomes!.Select(static outcome => outcome is null ? (Ending?)null : Translate(outcome))], 0, true),
    });

    private static int StateOf(JoinRecord fold) => fold.FoldState switch
    {
        null => 0,
        byte[] written => (int)fold.Type.Format!.ReadFoldState(written),
        var state => (int)state,
    };

    protected static Ending Translate(Outcome outcome) =>
        new(outcome.State, outcome.IsSucceeded ? (int)outcome.UntypedValue! : 0, Translate(outcome.Failure));

    private static Trouble? Translate(Failure? failure) =>
        failure is null ? null : new Trouble(failure.Kind, failure.TaskId == failure.Path[0] ? failure.TaskId : default, failure.Attempt, failure.Path[^1]);

    private static Reason Translate(Interruption interruption) => interruption switch
    {
        Interruption.None => Reason.None,
        Interruption.Stop => Reason.Stop,
        Interruption.Timeout => Reason.Timeout,
        _ => Reason.Cancel,
    };

    /// <summary>The record is that of the assignment: after a crash there is another for the same task.</summary>
    private static AttemptEnd Translate(Assignment assignment, RunEnd end) => new()
    {
        Task = Array.Find(assignment.Tasks, run => run.Run == end.Run && run.Task.Id == end.Task.Id) is { Task: { } task } ? task : RecordOf(end.Task),
        Run = end.Run,
        Elapsed = end.Elapsed,
        Kind = Kinds[(int)end.Word],
        Payload = end.Word switch
        {
            EndWord.Succeeded => Outcome<int>.Succeeded(end.Value),
            EndWord.Folded => end.Value,
            EndWord.Failed => new Failure { Kind = FailureKind.Exception, Type = "Broken", Message = "by its turn" },
            EndWord.FailedForGood => new Failure { Kind = FailureKind.Permanent, Type = "Broken", Message = "for good" },
            _ => null,
        },
        Detail = end is { Spawned.Count: 0, Join: null, Delay: null, Retry: null }
            ? null
            : new AttemptDetail
            {
                Spawned = [.. end.Spawned.Select(RecordOf)],
                Join = (JoinRecord?)end.Join?.Record,
                Delay = end.Delay,
                Retry = end.Retry is { } retry ? PolicyOf(retry) : null,
            },
    };

    protected static TaskRecord RecordOf(Errand task) => (TaskRecord)task.Record!;

    protected static Errand ErrandOf(TaskRecord task)
    {
        var errand = (Errand)task.Message;
        errand.Record ??= task; // it came back from a store
        return errand;
    }

    private static TaskPath PathOf(Errand task) => (task.Record as TaskRecord)?.Path
        ?? (task.Spawner is { } spawner ? PathOf(spawner).Child(task.Id) : TaskPath.Root(task.Id));

    private SpawnOptions? OptionsOf(Errand task) =>
        task is { Delay.Ticks: 0, DueAt: null, Key: null, OwnTimeout: null, OwnRetry: null, OwnPriority: null, Unique: null }
            ? null
            : new SpawnOptions
            {
                Delay = task.Delay,
                DueAt = task.DueAt,
                Key = task.Key,
                Timeout = task.OwnTimeout,
                Retry = task.OwnRetry is { } retry ? PolicyOf(retry) : null,
                Priority = task.OwnPriority,
                Unique = _uniques?.Told(task.Unique) is { } unique ? new UniqueTask { Key = $"{unique.Key}", WhenDuplicate = Enum.Parse<WhenDuplicate>($"{unique.Clash}") } : null,
            };

    private static TreeRequest? RequestOf(Errand root) => root.Rules is not { } rules
        ? null
        : new TreeRequest(
            rules.Deadline, null,
            rules is { TasksMax: null, DepthMax: null, AttemptsMax: null }
                ? null
                : new TaskBudget { Tasks = rules.TasksMax, Depth = rules.DepthMax, Attempts = rules.AttemptsMax });

    private static TaskType<int> NewType(TypeTerms terms, ITaskFormat? format, GateRules? rules) =>
        new(terms.Index, terms.Name, terms.Pool) { Retry = PolicyOf(terms.Retry), Timeout = terms.Timeout, Format = format, Gates = rules?.Of(terms) };

    private static RetryPolicy PolicyOf(RetryTerms terms) => new()
    {
        MaxAttempts = terms.AttemptsMax,
        Delay = terms.Delay,
        Factor = terms.Factor,
        MaxDelay = terms.DelayMax,
        Jitter = terms.Jitter,
    };

    private static JoinPolicy PolicyOf(JoinTerms terms) => terms.Policy switch
    {
        Policy.All => JoinPolicy.All,
        Policy.Collect => JoinPolicy.Collect,
        _ => JoinPolicy.Quorum(terms.Needed),
    };
}

/// <summary>The gates of the types, as the ledger has them.</summary>
internal sealed class GateRules(GateTerms terms)
{
    private readonly LimitRule _limit = new(GateTerms.Limit, terms.Permits + terms.PermitsTooMany);
    private readonly LimitRule _limitOfAll = new(GateTerms.LimitOfAll, terms.PermitsOfAll + terms.PermitsTooMany);
    private readonly OrderRule _order = new(GateTerms.Order);
    private readonly RateRule? _rate = terms.Rated is not { } rated ? null : new(
        GateTerms.Rate,
        new TaskRate { TokenLimit = rated.TokenLimit + terms.TokensTooMany, TokensPerPeriod = rated.TokensPerPeriod, ReplenishmentPeriod = rated.Period });

    public TypeGates? Of(TypeTerms type) => type.Name switch
    {
        "brief" => new TypeGates([Use(_limit, type)], null),
        "middling" when _rate is not null => new TypeGates([Use(_limit, type), Use(_limitOfAll, type), Use(_rate, type)], null),
        "middling" => new TypeGates([Use(_limit, type), Use(_limitOfAll, type)], null),
        "long" when _rate is not null => new TypeGates([Use(_rate, type)], null),
        "timed" when !terms.ForgetsOrder => new TypeGates([], new OrderUse(_order, static message => GateTerms.OrderOf((Errand)message))),
        _ => null,
    };

    private static GateUse Use(GateRule rule, TypeTerms type)
    {
        rule.UsedIn(type.Pool);
        return new GateUse(rule, message => GateTerms.KeyAt(rule.Name, (Errand)message));
    }
}
