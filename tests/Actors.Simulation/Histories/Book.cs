namespace Actors.Simulation.Histories;

/// <summary>
/// What must be, reckoned from what the ledger was told and from nothing else. Written to be read: it looks for everything anew, by who
/// spawned whom, and keeps no queue, no count and no list of children.
/// </summary>
internal sealed partial class Book(Terms terms)
{
    private readonly Dictionary<Errand, Entry> _entries = [];

    public long Now { get; set; }

    public bool IsClosed { get; private set; }

    public Dictionary<TaskId, Entry> Live { get; } = [];

    /// <summary>Roots of the trees that have not ended.</summary>
    public Dictionary<TaskId, Entry> Trees { get; } = [];

    public Dictionary<int, Bench> Benches { get; } = [];

    public IEnumerable<Entry> All => _entries.Values;

    /// <summary>What ended in this step.</summary>
    public List<Entry> Ended { get; } = [];

    /// <summary>What must be told to the world in this step, in any order.</summary>
    public List<Signal> Owed { get; } = [];

    public long StaleEnds { get; private set; }

    /// <summary>What is paused.</summary>
    public HashSet<Hold> Holds { get; } = [];

    /// <summary>What kinds of things happened, so that it can be seen that all of them do; null where nobody asks.</summary>
    public HashSet<string>? Seen { get; init; }

    /// <summary>The first time, in ticks, at which something is due; the end of time where nothing is.</summary>
    public long Earliest
    {
        get
        {
            var earliest = Benches.Values.Select(static bench => bench.Earliest).DefaultIfEmpty(long.MaxValue).Min();
            foreach (var entry in Live.Values)
            {
                earliest = Math.Min(earliest, entry.Root.Tree!.DeadlineAt);
                earliest = entry.State == TaskState.Scheduled ? Math.Min(earliest, entry.DueAt)
                    : IsSetApart(entry) && !MaySuspectStart && !MayBeBehind(entry) ? Math.Min(earliest, SuspectOut!.AssignedAt + terms.SuspectAlone.Ticks)
                    : earliest;
            }

            return earliest;
        }
    }

    public Entry? EntryOf(Errand task) => _entries.GetValueOrDefault(task);

    public void Submit(Errand root, Errand? completion)
    {
        if (!Trees.ContainsKey(root.Id))
        {
            Rules.Hold(!terms.IsDurable || !_entries.Keys.Any(task => task.Id == root.Id), Rules.OneTreeOfAKey, root);
            Seen?.Add(completion is null ? "a tree" : "a tree with a completion task");
            Seen?.Add(_entries.Keys.Any(task => task.Id == root.Id) ? "a root that has ended is submitted again" : "a new root");
            var entry = new Entry(root, null, null)
            {
                Tree = new TreeEntry
                {
                    Completion = completion,
                    Rules = root.Rules,
                    DeadlineAt = root.Rules?.Deadline is { } deadline ? Now + deadline.Ticks : long.MaxValue,
                },
            };
            Trees.Add(root.Id, entry);
            Register(entry);
            Meet([entry]);
        }
        else
        {
            Seen?.Add("a root that lives is submitted again");
        }
    }

    public void WorkerReady(int worker, int pool)
    {
        if (Benches.TryGetValue(worker, out var bench))
        {
            bench.IsIdle = bench.Assignment is null;
        }
        else
        {
            Benches.Add(worker, new Bench(worker, pool));
        }
    }

    public void WorkerLost(int worker, bool hadTaken)
    {
        Benches.Remove(worker, out var bench);
        var stints = bench!.Stints.ToArray();
        foreach (var stint in stints)
        {
            var task = stint.Task;
            Close(stint, hasRun: hadTaken);
            task.IsSuspect |= hadTaken;
            Seen?.Add($"a worker is lost with {(stints.Length == 1 ? "a task" : "a chunk")}{(hadTaken ? "" : " that it had not got")}");
            if (stint.Told == Reason.Cancel || (stint.Told == Reason.Timeout && hadTaken))
            {
                SettleTold(stint);
            }
            else if (hadTaken && (stints.Length == 1 || terms.IsDurable) && ++task.Losses >= terms.WorkerLossesMax)
            {
                Seen?.Add("a worker is lost too often");
                FailForGood(task, NewTrouble(task, FailureKind.WorkerLost, stint.Attempt));
            }
            else
            {
                if (!hadTaken || stints.Length > 1)
                {
                    TakeBack(task); // one that was alone with its worker counts: it may be to blame
                }

                MakeReady(task, Rules.LostIsReady);
            }
        }
    }

    public void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor)
    {
        if (Benches.Values.FirstOrDefault(bench => bench.Assignment == assignment) is not { } bench)
        {
            StaleEnds += ends.Count;
            return;
        }

        var isNew = ends.Count == 0;
        foreach (var end in ends)
        {
            if (EntryOf(end.Task)?.Stint is { } stint && stint.Run == end.Run)
            {
                isNew = true;
                Close(stint, hasRun: end.Word != EndWord.GivenBack);
                Settle(stint, end);
            }
            else
            {
                StaleEnds++;
            }
        }

        if (!isNew)
        {
            return;
        }

        bench.RecallAt = long.MaxValue;
        if (bench.Stints.Count == 0)
        {
            bench.Assignment = null;
            bench.IsIdle = true;
        }

        foreach (var stint in bench.Stints)
        {
            stint.TimeoutAt = stint.Told == Reason.None && runningFor is { } elapsed && stint.Task.Task.Timeout is { } timeout
                ? Now + (timeout - elapsed).Ticks
                : long.MaxValue;
        }
    }

    public void SpawnNow(Errand parent, int run, Errand child)
    {
        if (EntryOf(parent) is not { Stint: { } stint } spawner || stint.Run != run)
        {
            StaleEnds++;
            return;
        }

        if (spawner.Early.ContainsKey(child.Id))
        {
            Seen?.Add("the same child is spawned now again");
            return;
        }

        if (spawner.Root.Tree!.Exceeds(spawner, 1))
        {
            Seen?.Add("a budget is used up: at once");
            if (stint.Told != Reason.Cancel)
            {
                spawner.Doom = NewTrouble(spawner, FailureKind.Budget, stint.Attempt);
                Tell(stint, Reason.Cancel);
            }

            return;
        }

        var entry = new Entry(child, spawner, spawner.Root);
        spawner.Early.Add(child.Id, entry);
        Register(entry);
        Meet([entry]);
        Seen?.Add($"a child is spawned now{(stint.Told == Reason.Cancel ? " by who is cancelled" : "")}");
        if (stint.Told == Reason.Cancel)
        {
            CancelAll([entry], spawner.Doom is { Kind: FailureKind.Deadline } trouble ? trouble : null);
        }
    }

    /// <summary>The stint that holds what is told now; null where what is told is void.</summary>
    public Stint? HolderOf(TaskId parent, int run) =>
        Live.TryGetValue(parent, out var entry) && entry.Stint is { } stint && stint.Run == run ? stint : null;

    public void IsStale() => StaleEnds++;

    public bool Cancel(TaskId id)
    {
        if (!Live.TryGetValue(id, out var target))
        {
            return false;
        }

        CancelAll([.. Live.Values.Where(entry => entry.IsBelow(target) || (target.Owner is not null && entry.IsBelowALiveMemberOf(target)))]);
        return true;
    }

    public bool CancelTree(TaskId rootId)
    {
        if (!Trees.TryGetValue(rootId, out var root))
        {
            return false;
        }

        root.Tree!.IsCancelRequested = true;
        CancelAll([.. Live.Values.Where(entry => entry.Root == root)]);
        return true;
    }

    public void Tick()
    {
        foreach (var entry in Live.Values)
        {
            if (entry is { State: TaskState.Scheduled, IsUnread: false } && entry.DueAt <= Now)
            {
                MakeReady(entry, Rules.DueIsReady);
            }
        }

        Expire();
    }

    public void Close()
    {
        IsClosed = true;
        foreach (var bench in Benches.Values)
        {
            bench.RecallAt = bench.Stints.Count > 1 ? Now : bench.RecallAt;
        }
    }

    public void InterruptAll()
    {
        foreach (var stint in Benches.Values.SelectMany(static bench => bench.Stints).ToArray())
        {
            Tell(stint, Reason.Stop);
        }
    }

    public void Assign(Bench bench, RunsAssigned assigned)
    {
        bench.IsIdle = false;
        bench.Assignment = assigned.Assignment;
        foreach (var run in assigned.Runs)
        {
            var entry = EntryOf(run.Task)!;
            entry.State = TaskState.Running;
            entry.Runs = run.Run;
            Charge(entry);
            entry.Stint = new Stint(entry, bench, run.Run, run.Attempt) { AssignedAt = Now };
            bench.Stints.Add(entry.Stint);
            SuspectOut = terms.IsDurable && entry.IsSuspect ? entry.Stint : SuspectOut;
        }

        if (!terms.IsDurable)
        {
            Leaves(assigned.Assignment);
        }
    }

    /// <summary>The worker has left its assignment behind: what was told to its runs holds, and the rest is ready again.</summary>
    public void LeaveBehind(Bench bench)
    {
        foreach (var stint in bench.Stints.ToArray())
        {
            Close(stint, hasRun: stint.Told != Reason.None);
            if (stint.Told == Reason.None)
            {
                TakeBack(stint.Task);
                MakeReady(stint.Task, Rules.LostIsReady);
            }
            else
            {
                SettleTold(stint);
            }
        }

        bench.Assignment = null;
        bench.RecallAt = long.MaxValue;
    }

    public void Tell(Stint stint, Reason reason)
    {
        if (stint.Told >= reason)
        {
            return;
        }

        stint.AbandonAt = stint.Told == Reason.None ? Now + terms.Grace.Ticks : stint.AbandonAt;
        stint.Told = reason;
        stint.TimeoutAt = long.MaxValue;
        Owed.Add(new RunToldToEnd(stint.Bench.Assignment!, stint.Task.Task, stint.Run, reason));
    }

    /// <summary>The rest after a failure is known now.</summary>
    public void Rest(Entry entry, TimeSpan rest)
    {
        if (entry.State != TaskState.Scheduled || entry.DueAt != long.MaxValue)
        {
            return; // it was cancelled in the same step
        }

        entry.DueAt = Now + rest.Ticks;
        if (rest <= TimeSpan.Zero)
        {
            MakeReady(entry, Rules.DueIsReady);
        }
    }

    /// <param name="stint">Which.</param>
    /// <param name="hasRun">Whether it can have started.</param>
    public void Close(Stint stint, bool hasRun)
    {
        stint.Task.Stint = null;
        stint.Bench.Stints.Remove(stint);
        if (!hasRun)
        {
            TakeBackStart(stint);
        }
    }

    public static void MakeReady(Entry entry, string because)
    {
        entry.State = TaskState.Ready;
        entry.Because = because;
    }

    public static Trouble NewTrouble(Entry entry, FailureKind kind, int attempt) => new(kind, entry.Task.Id, attempt, entry.Root.Task.Id);

    private void Register(Entry entry)
    {
        Rules.Hold(Live.TryAdd(entry.Task.Id, entry), Rules.OneChildOfAnId, entry);
        _entries.Add(entry.Task, entry);
        entry.Born = _entries.Count;
        entry.Root.Tree!.Tasks.Add(entry);
        entry.DueAt = entry.Task.DueAt?.UtcTicks ?? Now + entry.Task.Delay.Ticks;
        entry.State = entry.Task.Join is not null ? TaskState.Waiting : entry.DueAt > Now ? TaskState.Scheduled : TaskState.Ready;
    }

    private void Settle(Stint stint, RunEnd end)
    {
        var task = stint.Task;
        if (stint.Told == Reason.Cancel
            || (stint.Told == Reason.Timeout && end.Word != EndWord.GivenBack)
            || (stint.Told == Reason.Stop && !end.IsSuccess))
        {
            SettleTold(stint);
            return;
        }

        switch (end.Word)
        {
            case EndWord.GivenBack or EndWord.Interrupted:
                TakeBack(task);
                MakeReady(task, Rules.LostIsReady);
                break;
            case EndWord.PutOff:
                TakeBack(task);
                task.State = TaskState.Scheduled;
                task.Because = Rules.NotBeforeDue;
                task.DueAt = long.MaxValue;
                Rest(task, end.Delay!.Value);
                break;
            case EndWord.Failed:
                Fail(stint, NewTrouble(task, FailureKind.Exception, stint.Attempt), end.Retry ?? task.Task.Retry);
                break;
            case EndWord.FailedForGood:
                FailForGood(task, NewTrouble(task, FailureKind.Permanent, stint.Attempt));
                break;
            case EndWord.Folded:
                (task.Fold!.State, task.Fold.Step, task.Failures, task.State) = (end.Value, null, 0, TaskState.Waiting);
                task.Because = Rules.JoinWaits;
                OfferStep(task);
                break;
            default:
                Succeed(stint, end);
                break;
        }
    }

    private void SettleTold(Stint stint)
    {
        switch (stint.Told)
        {
            case Reason.Cancel:
                EndCancelled(stint.Task);
                break;
            case Reason.Timeout:
                Fail(stint, NewTrouble(stint.Task, FailureKind.Timeout, stint.Attempt), stint.Task.Task.Retry);
                break;
            default:
                TakeBack(stint.Task);
                MakeReady(stint.Task, Rules.LostIsReady);
                break;
        }
    }

    private void Fail(Stint stint, Trouble trouble, RetryTerms retry)
    {
        var task = stint.Task;
        task.AttemptsMax = Math.Max(task.AttemptsMax, retry.AttemptsMax);
        if (++task.Failures >= retry.AttemptsMax)
        {
            FailForGood(task, trouble);
            return;
        }

        task.State = TaskState.Scheduled;
        task.Because = Rules.NotBeforeDue;
        task.DueAt = long.MaxValue;
        Owed.Add(new AttemptHasFailed(task.Task, stint.Attempt, trouble, TimeSpan.Zero));
    }

    private void Succeed(Stint stint, RunEnd end)
    {
        var task = stint.Task;
        var children = new Dictionary<TaskId, Entry>(task.Early);
        var added = stint.Held.Concat(end.Spawned).Count(child => !children.ContainsKey(child.Id)) + (end.Word == EndWord.Joined ? 1 : 0);
        if (task.Root.Tree!.Exceeds(task, added))
        {
            Seen?.Add("a budget is used up: tasks or depth");
            FailForGood(task, NewTrouble(task, FailureKind.Budget, stint.Attempt));
            return;
        }

        var made = new List<Entry>();
        Seen?.Add(stint.Held.Count == 0 ? "nothing was told" : "a follow-up that was told");
        foreach (var child in stint.Held.Concat(end.Spawned))
        {
            if (!children.ContainsKey(child.Id))
            {
                var entry = new Entry(child, task, task.Root);
                children.Add(child.Id, entry);
                Register(entry);
                made.Add(entry);
                Seen?.Add(child.Key is null ? "a follow-up" : "a follow-up with a key");
            }
            else
            {
                Seen?.Add("a follow-up that was spawned now before");
            }
        }

        if (end.Word == EndWord.Succeeded)
        {
            Enter();
            Meet(made);
            End(task, Ending.Succeeded(end.Value), Rules.EndTakesEffect);
            Leave();
            return;
        }

        task.State = TaskState.Joining;
        task.Because = Rules.EndTakesEffect;
        var join = new Entry(end.Join!, task, task.Root)
        {
            Owner = task,
            Fold = end.Join!.Join!.IsFold ? new FoldEntry() : null,
            Members = [.. end.Join.Join.Members.Select(member => children[member.Child.Id])],
        };
        Register(join);
        task.Early.Clear();
        Seen?.Add(task.Owner is null ? "a join" : "a join that ends with a join");
        foreach (var member in join.Members)
        {
            member.Feeds = join;
            if (member.IsEnded)
            {
                Seen?.Add("a child that ended before its join was made");
                Arrive(join, member);
            }
        }

        Meet(made);
        Judge(join);
    }
}
