using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

internal sealed record Job(string Name) : ITaskMessage;

/// <summary>
/// A ledger with workers that do nothing by themselves, in a time that stands still: a spec says how each attempt ends.
/// After every step ready tasks are dispatched, as the coordinator does, and the counts are compared with a recount.
/// </summary>
internal sealed class LedgerWorld
{
    private readonly TaskType[] _types;
    private readonly Dictionary<TaskRecord, Assignment> _assigned = [];
    private int _workerIds;
    private TimeSpan _elapsed = TimeSpan.FromSeconds(1);

    public LedgerWorld(int workers = 1, LedgerSettings? settings = null, RetryPolicy? retry = null, TimeSpan? timeout = null)
    {
        Work = new TaskType<int>(0, "work", 0) { Retry = retry ?? RetryPolicy.None, Timeout = timeout };
        Join = new TaskType<int>(1, "join", 0) { Retry = retry ?? RetryPolicy.None, Timeout = timeout };
        _types = [Work, Join];
        Ledger = new TaskLedger(settings ?? new LedgerSettings(), ["default"], _types.Length);
        for (var count = 0; count < workers; count++)
        {
            AddWorker();
        }
    }

    public TaskLedger Ledger { get; }

    public TaskType Work { get; }

    public TaskType Join { get; }

    public List<WorkerRecord> Workers { get; } = [];

    public List<LedgerEffect> Effects { get; } = [];

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A recount costs as much as there are live tasks: large worlds do without.</summary>
    public bool Recounts { get; init; } = true;

    /// <summary>What the world forgets of large trees.</summary>
    public bool KeepsEffects { get; init; } = true;

    public long EffectCount { get; private set; }

    public IEnumerable<TreeOutcome> EndedTrees => Effects.OfType<TreeEnded>().Select(static ended => ended.Outcome);

    public IEnumerable<Outcome> EndedRoots => Effects.OfType<RootEnded>().Select(static ended => ended.Outcome);

    public IEnumerable<string> CancelledRuns => Effects.OfType<CancelRun>().Select(static cancel => $"{NameOf(cancel.Run.Task)}: {cancel.Reason}");

    public IEnumerable<TaskRecord> Running => _assigned.Keys;

    public WorkerRecord AddWorker()
    {
        var worker = new WorkerRecord(++_workerIds, 0);
        Workers.Add(worker);
        Step(() => Ledger.WorkerReady(worker));
        return worker;
    }

    public void Renew(WorkerRecord worker) => Step(() => Ledger.WorkerReady(worker));

    public void Lose(WorkerRecord worker, bool hadTaken = true)
    {
        Workers.Remove(worker);
        foreach (var task in _assigned.Where(pair => pair.Value.Worker == worker).Select(static pair => pair.Key).ToArray())
        {
            _assigned.Remove(task);
        }

        Step(() => Ledger.WorkerLost(worker, hadTaken, Now));
    }

    public TaskRecord Submit(string name = "root", SpawnOptions? options = null, bool completes = false)
    {
        var root = new TaskRecord(TaskId.FromKey(name), Work, new Job(name), null, options);
        var completion = completes ? new TaskRecord(root.Id.Completion(), Work, new Job("completion"), root.Path, null) : null;
        Submit(root, completion);
        return root;
    }

    public TaskRecord Submit(TaskRecord root, TaskRecord? completion = null, TreeRequest? request = null)
    {
        Step(() => Ledger.Submit(root, completion, Now, request));
        return root;
    }

    /// <summary>A step of its own.</summary>
    public T Do<T>(Func<T> command)
    {
        T result = default!;
        Step(() => result = command());
        return result;
    }

    public TaskRecord Child(TaskRecord parent, int ordinal, string? name = null, SpawnOptions? options = null) =>
        new(parent.Id.Child(ordinal), Work, new Job(name ?? $"{NameOf(parent)}.{ordinal}"), parent.Path, options);

    public TaskRecord[] Children(TaskRecord parent, int count) =>
        [.. Enumerable.Range(0, count).Select(ordinal => Child(parent, ordinal))];

    public TaskRecord SpawnNow(TaskRecord parent, int ordinal = 0, int? run = null)
    {
        var child = new TaskRecord(parent.Id.Now(ordinal), Work, new Job($"{NameOf(parent)}.now{ordinal}"), parent.Path, null);
        Step(() => Ledger.SpawnNow(parent, run ?? parent.Run, child, Now));
        return child;
    }

    public TaskRecord? Tell(TaskRecord parent, int? run = null)
    {
        TaskRecord? told = null;
        Step(() => Ledger.Hold(
            parent.Id,
            run ?? parent.Run,
            (id, path) => told = new TaskRecord(id, Work, new Job($"{NameOf(parent)}.told"), path, null)));
        return told;
    }

    /// <summary>A join as a context makes it: it names the children that were spawned early, and is known by the others.</summary>
    public JoinRecord NewJoin(
        TaskRecord owner, TaskRecord[] children, JoinPolicy? policy = null, bool isFold = false, TaskRecord[]? early = null)
    {
        var name = owner is JoinRecord ? NameOf(owner) : $"{NameOf(owner)}.join";
        var join = new JoinRecord(
            owner.Id.Join(), Join, new Job(name), owner.Path, policy ?? JoinPolicy.All, children.Length, isFold);
        for (var index = 0; index < children.Length; index++)
        {
            if (early?.Contains(children[index]) == true)
            {
                (join.EarlyChildren ??= []).Add((children[index].Id, index));
            }
            else
            {
                children[index].Join = join;
                children[index].JoinIndex = index;
            }
        }

        return join;
    }

    public void Succeed(TaskRecord task, int value = 0, params TaskRecord[] spawned) =>
        Report(task, Ended(task, EndKind.Succeeded, Outcome<int>.Succeeded(value), new AttemptDetail { Spawned = [.. spawned] }));

    public void Succeed(params TaskRecord[] tasks)
    {
        foreach (var task in tasks)
        {
            Succeed(task, 0);
        }
    }

    public JoinRecord EndWithJoin(TaskRecord task, TaskRecord[] children, JoinPolicy? policy = null, bool isFold = false)
    {
        var join = NewJoin(task, children, policy, isFold);
        EndWith(task, join, children);
        return join;
    }

    public void EndWith(TaskRecord task, JoinRecord join, params TaskRecord[] spawned) =>
        Report(task, Ended(task, EndKind.Joined, null, new AttemptDetail { Spawned = [.. spawned], Join = join }));

    public void Fold(JoinRecord fold, object? state) => Report(fold, Ended(fold, EndKind.Folded, state));

    public void Fail(TaskRecord task, string message = "broken", AttemptDetail? detail = null) =>
        Report(task, Ended(task, EndKind.Failed, Broken(message), detail));

    public void FailForGood(TaskRecord task) => Report(task, Ended(task, EndKind.FailedForGood, Broken("for good")));

    public void PutOff(TaskRecord task, TimeSpan delay) => Report(task, Ended(task, EndKind.PutOff, null, new AttemptDetail { Delay = delay }));

    public void GiveBack(TaskRecord task) => Report(task, Ended(task, EndKind.GivenBack));

    public void EndInterrupted(TaskRecord task) => Report(task, Ended(task, EndKind.Interrupted));

    public AttemptEnd Ended(TaskRecord task, EndKind kind, object? payload = null, AttemptDetail? detail = null) => new()
    {
        Task = task,
        Run = task.Run,
        Kind = kind,
        Payload = payload ?? (kind == EndKind.Succeeded ? Outcome<int>.Succeeded(0) : null),
        Detail = detail,
        Elapsed = _elapsed,
    };

    public Assignment AssignmentOf(TaskRecord task) =>
        _assigned.TryGetValue(task, out var assignment) ? assignment : throw new InvalidOperationException($"{NameOf(task)} is {task.State}, with no worker.");

    public void Report(TaskRecord task, params AttemptEnd[] ends) => Report(AssignmentOf(task), null, ends);

    public void Report(Assignment assignment, TimeSpan? runningFor, params AttemptEnd[] ends)
    {
        foreach (var end in ends)
        {
            if (_assigned.GetValueOrDefault(end.Task) == assignment)
            {
                _assigned.Remove(end.Task);
            }
        }

        Step(() => Ledger.Report(assignment, ends, runningFor, Now, 0));
    }

    public void Cancel(TaskRecord task) => Step(() => Ledger.Cancel(task.Id, Now));

    public void CancelTree(TaskRecord root) => Step(() => Ledger.CancelTree(root.Id, Now));

    public void Stop()
    {
        Ledger.Close();
        Step(() => Ledger.InterruptAll(Now));
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        Step(() => Ledger.Tick(Now));
    }

    /// <summary>Ends whatever is assigned as a handler does that succeeds, until nothing is.</summary>
    public void Finish()
    {
        while (_assigned.Count > 0)
        {
            var (task, _) = _assigned.First();
            Succeed(task, 0);
        }
    }

    /// <summary>From now on attempts take a microsecond, and the ledger knows: tasks travel in chunks. Before, each travels alone.</summary>
    public void MakeWorkShort()
    {
        _elapsed = TimeSpan.FromMicroseconds(1);
        Work.Took(_elapsed);
    }

    public static string NameOf(TaskRecord task) => ((Job)task.Message).Name;

    public static string[] NamesOf(Assignment assignment) => [.. assignment.Tasks.Select(static run => NameOf(run.Task))];

    public static Failure Broken(string message) => new() { Kind = FailureKind.Exception, Type = "Broken", Message = message };

    public void AssertNothingIsLeft()
    {
        Assert.Empty(Ledger.LiveTasks);
        Assert.Equal(0, Ledger.LiveTrees);
        Assert.Equal(0, Ledger.RunsOut);
        Assert.Equal(0, Ledger.Tally.Live);
        Assert.All(Ledger.Pools, static pool => Assert.Equal((0, 0), (pool.Ready, pool.Busy)));
    }

    private void Step(Action command)
    {
        command();
        do
        {
            Ledger.Dispatch(Now);
        }
        while (Ledger.HasMore);

        foreach (var effect in Ledger.Effects)
        {
            Observe(effect);
        }

        Ledger.Effects.Clear();
        if (Recounts)
        {
            Recount();
        }
    }

    private void Observe(LedgerEffect effect)
    {
        EffectCount++;
        if (KeepsEffects)
        {
            Effects.Add(effect);
        }

        switch (effect)
        {
            case Assignment assignment:
                foreach (var run in assignment.Tasks)
                {
                    _assigned[run.Task] = assignment;
                }

                break;
            case Abandon abandon:
                foreach (var run in abandon.Assignment.Tasks)
                {
                    _assigned.Remove(run.Task);
                }

                break;
        }
    }

    private void Recount()
    {
        var counts = new long[_types.Length, TaskStates.Count];
        foreach (var task in Ledger.LiveTasks)
        {
            counts[task.Type.Index, (int)task.State]++;
        }

        foreach (var type in _types)
        {
            for (var state = TaskState.Scheduled; !state.IsTerminal(); state++)
            {
                Assert.Equal(counts[type.Index, (int)state], Ledger.Tally[type, state]);
            }
        }

        Assert.Equal(Ledger.LiveTasks.LongCount(), Ledger.Tally.Live);
    }
}
