using Actors.Admission;
using Actors.Ledger;

namespace Actors.Core.Tests.Admission;

internal sealed record Errand(string Name, string? Host = null, string? Account = null) : ITaskMessage;

/// <summary>
/// A ledger whose types have gates, in a time that stands still: a spec says how each attempt ends. After every step it looks by itself at what runs: no limit is
/// exceeded, and where a worker is idle nothing waits that could run.
/// </summary>
internal sealed class GatedWorld
{
    private readonly List<TaskType> _types = [];
    private readonly Dictionary<TaskRecord, Assignment> _running = [];
    private readonly int _pools;
    private TaskLedger? _ledger;
    private int _workers;
    private int _roots;

    public GatedWorld(int pools = 1) => _pools = pools;

    public TaskLedger Ledger => _ledger ??= new TaskLedger(Settings, Enumerable.Range(0, _pools).Select(static pool => $"pool{pool}"), _types.Count);

    public LedgerSettings Settings { get; init; } = new();

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What was started, in order.</summary>
    public List<string> Started { get; } = [];

    public List<(DateTimeOffset At, TaskRecord Task)> Starts { get; } = [];

    /// <summary>The same without those that were given back unstarted.</summary>
    public List<(DateTimeOffset At, TaskRecord Task)> Spent { get; } = [];

    public List<LedgerEffect> Effects { get; } = [];

    public IReadOnlyCollection<TaskRecord> Running => _running.Keys;

    public IEnumerable<string> RunningNames => _running.Keys.Select(NameOf).Order(StringComparer.Ordinal);

    public List<WorkerRecord> Workers { get; } = [];

    public static GateUse ByHost(LimitRule rule) => new(rule, static message => ((Errand)message).Host);

    public static GateUse ByHost(RateRule rule) => new(rule, static message => ((Errand)message).Host);

    public static GateUse ByAccount(GateRule rule) => new(rule, static message => ((Errand)message).Account);

    public static GateUse OfAll(GateRule rule) => new(rule, static _ => "");

    public static OrderUse InOrder(OrderRule rule) => new(rule, static message => ((Errand)message).Account);

    public TaskType Type(string name, int pool = 0, OrderUse? order = null, RetryPolicy? retry = null, params GateUse[] uses)
    {
        foreach (var use in uses)
        {
            use.Rule.UsedIn(pool);
        }

        var gates = uses.Length == 0 && order is null ? null : new TypeGates(uses, order);
        var type = new TaskType<int>(_types.Count, name, pool) { Gates = gates, Retry = retry ?? RetryPolicy.None };
        _types.Add(type);
        return type;
    }

    public void AddWorkers(int count, int pool = 0)
    {
        for (; count > 0; count--)
        {
            var worker = new WorkerRecord(++_workers, pool);
            Workers.Add(worker);
            Step(() => Ledger.WorkerReady(worker));
        }
    }

    public TaskRecord Submit(TaskType type, string name, string? host = null, string? account = null, SpawnOptions? options = null)
    {
        var root = new TaskRecord(TaskId.FromKey($"{name} {++_roots}"), type, new Errand(name, host, account), null, options);
        Step(() => Ledger.Submit(root, null, Now));
        return root;
    }

    public TaskRecord Child(TaskRecord parent, int ordinal, TaskType type, string name, string? host = null, string? account = null) =>
        new(parent.Id.Child(ordinal), type, new Errand(name, host, account), parent.Path, null);

    public TaskRecord SpawnNow(TaskRecord parent, TaskType type, string name, string? host = null, int ordinal = 0)
    {
        var child = new TaskRecord(parent.Id.Now(ordinal), type, new Errand(name, host), parent.Path, null);
        SpawnNow(parent, child);
        return child;
    }

    public void SpawnNow(TaskRecord parent, TaskRecord child) => Step(() => Ledger.SpawnNow(parent, parent.Run, child, Now));

    public void Succeed(TaskRecord task, params TaskRecord[] spawned) =>
        End(task, EndKind.Succeeded, Outcome<int>.Succeeded(0), new AttemptDetail { Spawned = [.. spawned] });

    public JoinRecord Join(TaskRecord task, TaskType type, params TaskRecord[] children) => Join(task, type, (string?)null, children);

    public JoinRecord Join(TaskRecord task, TaskType type, string? account, params TaskRecord[] children) => Join(task, type, account, JoinPolicy.All, false, children);

    public JoinRecord Join(TaskRecord task, TaskType type, JoinPolicy policy, params TaskRecord[] children) => Join(task, type, null, policy, false, children);

    public JoinRecord Fold(TaskRecord task, TaskType type, string? account, params TaskRecord[] children) => Join(task, type, account, JoinPolicy.All, true, children);

    private JoinRecord Join(TaskRecord task, TaskType type, string? account, JoinPolicy policy, bool isFold, TaskRecord[] children)
    {
        var join = new JoinRecord(task.Id.Join(), type, new Errand(isFold ? "fold" : "join", Account: account), task.Path, policy, children.Length, isFold);
        for (var index = 0; index < children.Length; index++)
        {
            (children[index].Join, children[index].JoinIndex) = (join, index);
        }

        End(task, EndKind.Joined, null, new AttemptDetail { Spawned = [.. children], Join = join });
        return join;
    }

    public void Fail(TaskRecord task) => End(task, EndKind.Failed, new Failure { Kind = FailureKind.Exception, Type = "Broken", Message = "broken" });

    public void PutOff(TaskRecord task, TimeSpan delay) => End(task, EndKind.PutOff, null, new AttemptDetail { Delay = delay });

    public void GiveBack(TaskRecord task)
    {
        Spent.RemoveAt(Spent.FindLastIndex(start => start.Task == task));
        End(task, EndKind.GivenBack);
    }

    public void Cancel(TaskRecord task) => Step(() => Ledger.Cancel(task.Id, Now));

    public void Lose(WorkerRecord worker)
    {
        Workers.Remove(worker);
        foreach (var task in _running.Where(pair => pair.Value.Worker == worker).Select(static pair => pair.Key).ToArray())
        {
            _running.Remove(task);
        }

        Step(() => Ledger.WorkerLost(worker, true, Now));
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        Step(() => Ledger.Tick(Now));
    }

    /// <summary>Moves to when something is due.</summary>
    public bool AdvanceToDue()
    {
        if (Ledger.NextDue is not { } due)
        {
            return false;
        }

        Advance(due > Now ? due - Now : TimeSpan.Zero);
        return true;
    }

    /// <summary>Lets everything that runs succeed, and moves the time, until nothing is left to do.</summary>
    public void Finish()
    {
        for (var steps = 0; steps < 1_000_000; steps++)
        {
            if (_running.Count > 0)
            {
                Succeed(_running.First().Key);
            }
            else if (Ledger.LiveTrees == 0 || !AdvanceToDue())
            {
                return;
            }
        }
    }

    public void AssertNothingIsLeft()
    {
        Assert.Empty(Ledger.LiveTasks);
        Assert.Equal(0, Ledger.LiveTrees);
        Assert.Equal(0, Ledger.RunsOut);
        Assert.True(Ledger.Sequences.IsEmpty);
        Assert.All(Ledger.Pools, pool => Assert.Equal((0, 0, 0), (pool.Ready, pool.Busy, Ledger.Gatekeeper.OpenIn(pool.Index))));
    }

    public static string NameOf(TaskRecord task) => ((Errand)task.Message).Name;

    public void End(TaskRecord task, EndKind kind, object? payload = null, AttemptDetail? detail = null)
    {
        var assignment = _running[task];
        _running.Remove(task);
        var end = new AttemptEnd { Task = task, Run = task.Run, Kind = kind, Payload = payload, Detail = detail, Elapsed = TimeSpan.FromSeconds(1) };
        Step(() => Ledger.Report(assignment, [end], null, Now, 0));
    }

    public void Step(Action command)
    {
        command();
        Ledger.Dispatch(Now);
        foreach (var effect in Ledger.Effects)
        {
            Effects.Add(effect);
            if (effect is not Assignment assignment)
            {
                continue;
            }

            foreach (var run in assignment.Tasks)
            {
                _running.Add(run.Task, assignment);
                Started.Add(NameOf(run.Task));
                Starts.Add((Now, run.Task));
                Spent.Add((Now, run.Task));
            }
        }

        Ledger.Effects.Clear();
        Look();
    }

    /// <summary>Counted anew from what runs, and from nothing that the ledger keeps of it.</summary>
    private void Look()
    {
        var held = new Dictionary<(GateRule, string), int>();
        foreach (var task in _running.Keys)
        {
            foreach (var (rule, key) in LimitsOf(task))
            {
                held[(rule, key)] = held.GetValueOrDefault((rule, key)) + 1;
            }
        }

        foreach (var ((rule, key), count) in held)
        {
            Assert.True(count <= ((LimitRule)rule).Permits, $"{count} run under {rule.Name} {key}");
        }

        foreach (var pool in Ledger.Pools.Where(static pool => pool.HasIdle()))
        {
            foreach (var task in Ledger.LiveTasks.Where(task => task.State == TaskState.Ready && !Pauses.Holds(task) && task.Type.Pool == pool.Index && task.Type.Gates is { Order: null } gates && gates.Uses.All(static use => use.Rule is LimitRule)))
            {
                var isClosed = LimitsOf(task).Any(limit => held.GetValueOrDefault(limit) == ((LimitRule)limit.Item1).Permits);
                Assert.True(isClosed || Ledger.Gatekeeper.HasClaim, $"{NameOf(task)} waits, and a worker and all its permits are free");
            }
        }
    }

    private static IEnumerable<(GateRule, string)> LimitsOf(TaskRecord task) =>
        from use in task.Type.Gates?.Uses ?? []
        where use.Rule is LimitRule
        let key = use.Key(task.Message)
        where key is not null
        select (use.Rule, key);
}
