using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Random programs on workers that run ahead, are recalled in mid-task, share what they have, are lost: what comes out is what the program says, however it was
/// cut into reports.
/// </summary>
public sealed class RunAheadHistoriesSpec
{
    [Theory]
    [InlineData(1, 3_000)]
    public void However_it_is_cut_into_reports_a_tree_gives_what_its_program_says(int firstSeed, int histories)
    {
        for (var seed = firstSeed; seed < firstSeed + histories; seed++)
        {
            new AheadHistory(seed, cancels: false).Play();
        }
    }

    [Theory]
    [InlineData(1, 3_000)]
    public void Whatever_is_cancelled_meanwhile_a_tree_ends_once_and_once_all_of_it_is_cancelled_nothing_starts(int firstSeed, int histories)
    {
        for (var seed = firstSeed; seed < firstSeed + histories; seed++)
        {
            new AheadHistory(seed, cancels: true).Play();
        }
    }
}

/// <summary>One random history.</summary>
internal sealed class AheadHistory
{
    private readonly Random _chance;
    private readonly int _seed;
    private readonly bool _cancels;
    private readonly TaskType _work = new TaskType<long>(0, "work", 0) { Retry = new RetryPolicy { MaxAttempts = 5, Delay = TimeSpan.FromSeconds(1) } };
    private readonly TaskType _joinType = new TaskType<long>(1, "join", 0);
    private readonly TaskLedger _ledger;
    private readonly List<AheadWorker> _workers = [];
    private readonly Dictionary<TaskId, int> _succeeded = [];
    private readonly HashSet<TaskId> _putOff = [];
    private readonly List<Assignment> _recalled = [];
    private readonly HashSet<TaskRecord> _running = [];
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TreeOutcome? _ended;
    private int _ids;
    private readonly bool _mayLose;
    private bool _isCancelled;
    private bool _unjoinedFailure;

    public AheadHistory(int seed, bool cancels)
    {
        (_seed, _chance, _cancels) = (seed, new Random(seed), cancels);
        _ledger = new TaskLedger(new LedgerSettings { RunAhead = true, ChunkTasksMax = 1 + _chance.Next(8), WorkerLossesMax = 1000 }, ["default"], 2);
        for (var count = 1 + _chance.Next(3); count > 0; count--)
        {
            AddWorker();
        }

        _mayLose = _chance.Next(4) == 0;
    }

    public void Play()
    {
        var root = new TaskRecord(TaskId.FromKey($"root {_seed}"), _work, null, null, null);
        var (expected, tasks) = Expect(root.Id, 0);
        _ledger.Submit(root, null, _now);
        Release();
        for (var steps = 0; _ended is null; steps++)
        {
            Assert.True(steps < 100_000, $"Seed {_seed}: the tree does not end.");
            Step(root.Id);
        }

        Assert.Equal(0, _ledger.LiveTrees);
        Assert.Empty(_ledger.LiveTasks);
        Assert.Equal(0, _ledger.Tally.Live);
        if (!_cancels)
        {
            Assert.True(_ended.State == (_unjoinedFailure ? TaskState.Failed : TaskState.Succeeded), $"Seed {_seed}: {_ended}");
            Assert.Equal(expected, _ended.Root.IsSucceeded ? (long)_ended.Root.UntypedValue! : -1);
            Assert.True(tasks == _ended.Tasks, $"Seed {_seed}: {_ended.Tasks} task(s), and the program has {tasks}.");
            if (!_mayLose)
            {
                Assert.All(_succeeded, pair => Assert.True(pair.Value == 1, $"Seed {_seed}: {pair.Key} succeeded {pair.Value} times."));
            }
        }
    }

    private void Step(TaskId root)
    {
        var busy = _workers.FindAll(static worker => worker.Assignment is not null);
        if (busy.Count == 0)
        {
            if (_ledger.NextDue is { } due)
            {
                _now = due;
                _ledger.Tick(_now);
                Release();
                return;
            }

            Assert.Fail($"Seed {_seed}: nothing runs, nothing is due, and the tree has not ended.");
        }

        var worker = busy[_chance.Next(busy.Count)];
        if (_cancels && _chance.Next(30) == 0)
        {
            CancelSomething(root);
            return;
        }

        switch (_chance.Next(_mayLose ? 41 : 40))
        {
            case < 3 when !worker.IsTold:
                worker.Tell();
                Report(worker, isLast: worker.Running is null);
                break;
            case < 8 when worker.CanShare:
                worker.Share();
                Report(worker, isLast: false, goesOn: true);
                break;
            case 40:
                _workers.Remove(worker);
                _ledger.WorkerLost(worker.Record, true, _now);
                worker.Unreported();
                _running.Remove(worker.Running!);
                AddWorker();
                Release();
                break;
            default:
                if (worker.Running is null && !worker.Start())
                {
                    if (!worker.IsTold)
                    {
                        worker.Tell();
                    }

                    Report(worker, isLast: true);
                }
                else if (worker.Running is { } started && _running.Add(started))
                {
                    Assert.False(_isCancelled, $"Seed {_seed}: {started.Id} starts, and its tree was cancelled before.");
                }
                else if (_chance.Next(4) > 0)
                {
                    _running.Remove(worker.Running!);
                    worker.End();
                    if (worker.IsTold)
                    {
                        Report(worker, isLast: true);
                    }
                }

                break;
        }
    }

    private void CancelSomething(TaskId root)
    {
        var live = _ledger.LiveTasks.ToArray();
        if (_chance.Next(3) == 0)
        {
            _ledger.CancelTree(root, _now);
            _isCancelled = true;
        }
        else if (live.Length > 0)
        {
            _ledger.Cancel(live[_chance.Next(live.Length)].Id, _now);
        }

        Release();
    }

    private void Report(AheadWorker worker, bool isLast, bool goesOn = false)
    {
        var (assignment, ends) = (worker.Assignment!, worker.Unreported());
        if (isLast)
        {
            worker.Rest();
        }

        if (ends.Length > 0 || !isLast)
        {
            _ledger.Report(assignment, ends, isLast || goesOn ? null : TimeSpan.Zero, _now, 0, goesOn);
        }

        Release();
    }

    private void Release()
    {
        _ledger.Dispatch(_now);
        foreach (var effect in _ledger.Effects)
        {
            switch (effect)
            {
                case Assignment assignment:
                    _workers.Single(worker => worker.Record == assignment.Worker).Take(assignment);
                    break;
                case TreeEnded ended:
                    Assert.Null(_ended);
                    _ended = ended.Outcome;
                    break;
                case Recall or CancelRun:
                    _recalled.Add(effect is Recall recall ? recall.Assignment : ((CancelRun)effect).Assignment);
                    break;
            }
        }

        _ledger.Effects.Clear();
        Assert.Equal(_ledger.LiveTasks.LongCount(), _ledger.Tally.Live);
        while (_recalled.Count > 0)
        {
            var assignment = _recalled[^1];
            _recalled.RemoveAt(_recalled.Count - 1);
            if (_workers.Find(worker => worker.Assignment == assignment) is { IsTold: false } told)
            {
                told.Tell();
                Report(told, isLast: told.Running is null);
            }
        }
    }

    private void AddWorker()
    {
        var record = new WorkerRecord(++_ids, 0);
        _workers.Add(new AheadWorker(record, Handle));
        _ledger.WorkerReady(record);
    }

    /// <summary>What a task does follows from its id.</summary>
    private Plan PlanOf(TaskId id, int depth)
    {
        var draw = new Random((int)(id.Low ^ (ulong)_seed));
        var children = depth > 4 ? 0 : draw.Next(5);
        return new Plan(
            children,
            Joined: draw.Next(4) == 0 ? 0 : draw.Next(children + 1),
            Joins: draw.Next(3) > 0,
            FailsFirst: draw.Next(25) == 0,
            Breaks: draw.Next(25) == 0,
            PutsOff: draw.Next(25) == 0,
            Delayed: draw.Next(20) == 0);
    }

    private (long Value, long Tasks) Expect(TaskId id, int depth)
    {
        var plan = PlanOf(id, depth);
        if (plan.Breaks && depth > 0)
        {
            return (-1, 1);
        }

        var (value, tasks) = (1L, 1L);
        for (var index = 0; index < plan.Children; index++)
        {
            var (of, count) = Expect(id.Child(index), depth + 1);
            tasks += count;
            value += plan.Joins && index < plan.Joined && of > 0 ? of : 0;
            _unjoinedFailure |= of < 0 && !(plan.Joins && index < plan.Joined);
        }

        return (value, tasks + (plan.Joins ? 1 : 0));
    }

    private AttemptEnd Handle(TaskRecord task, int attempt)
    {
        var end = new AttemptEnd { Task = task, Elapsed = TimeSpan.FromMicroseconds(1) };
        if (task is JoinRecord join)
        {
            Succeeded(task);
            return end with { Payload = Outcome<long>.Succeeded(1 + join.Outcomes!.Sum(static outcome => outcome!.IsSucceeded ? (long)outcome.UntypedValue! : 0)) };
        }

        var depth = task.ParentPath is { } path ? path.Depth + 1 : 0;
        var plan = PlanOf(task.Id, depth);
        if (plan.Breaks && depth > 0)
        {
            return end with { Kind = EndKind.FailedForGood, Payload = LedgerWorld.Broken("for good") };
        }

        if (plan.FailsFirst && attempt == 1)
        {
            return end with { Kind = EndKind.Failed, Payload = LedgerWorld.Broken("first") };
        }

        if (plan.PutsOff && _putOff.Add(task.Id))
        {
            return end with { Kind = EndKind.PutOff, Detail = new AttemptDetail { Delay = TimeSpan.FromSeconds(1) } };
        }

        Succeeded(task);
        var delayed = new SpawnOptions { Delay = TimeSpan.FromSeconds(3) };
        var children = Enumerable.Range(0, plan.Children)
            .Select(index => new TaskRecord(task.Id.Child(index), _work, null, task.Path, plan.Delayed && index == 0 ? delayed : null))
            .ToList();
        if (!plan.Joins)
        {
            return end with { Payload = Outcome<long>.Succeeded(1), Detail = children.Count == 0 ? null : new AttemptDetail { Spawned = children } };
        }

        var made = new JoinRecord(task.Id.Join(), _joinType, null, task.Path, JoinPolicy.Collect, plan.Joined, isFold: false);
        for (var index = 0; index < plan.Joined; index++)
        {
            (children[index].Join, children[index].JoinIndex) = (made, index);
        }

        return end with { Kind = EndKind.Joined, Payload = null, Detail = new AttemptDetail { Join = made, Spawned = children.Count == 0 ? null : children } };
    }

    private void Succeeded(TaskRecord task) => _succeeded[task.Id] = _succeeded.GetValueOrDefault(task.Id) + 1;

    private sealed record Plan(int Children, int Joined, bool Joins, bool FailsFirst, bool Breaks, bool PutsOff, bool Delayed);
}
