namespace Actors.Simulation.Histories;

/// <summary>
/// Judges a history from outside: from what the driver told, what left the ledger and what the public can read of it. After every step
/// it holds the ledger against the <see cref="Book"/>, task by task.
/// </summary>
internal sealed class Checker(Terms terms, ILedgerReads ledger, HashSet<string>? seen)
{
    private readonly long[,] _counts = new long[Terms.Types.Count, (int)TaskState.Cancelled + 1];
    private readonly Dictionary<(TaskId Parent, int Place), TaskId> _told = [];
    private readonly List<Errand> _made = [];
    private readonly List<Signal> _surplus = [];
    private readonly Dictionary<Errand, (TimeSpan? Delay, RetryTerms? Retry)> _asked = [];
    private readonly OrderBook _order = new();
    private DateTimeOffset _now;
    private bool _isTick;

    public Book Book { get; } = new(terms) { Seen = seen };

    public Recollection Recollection => new(Book, terms);

    public void Begin(DateTimeOffset now, bool isTick)
    {
        _now = now;
        _isTick = isTick;
        Book.Now = now.UtcTicks;
        Book.Ended.Clear();
        Book.Owed.Clear();
        _asked.Clear();
    }

    public void Held(TaskId parent, int run, bool isHeld, Errand? told)
    {
        var holder = Book.HolderOf(parent, run);
        Rules.Hold(isHeld == holder is not null, Rules.Answers, "a follow-up that is told is held by the run that runs, and by no other");
        if (holder is null)
        {
            Book.IsStale();
            return;
        }

        var place = (parent, holder.Held.Count);
        Rules.Hold(_told.TryAdd(place, told!.Id) || _told[place] == told.Id, Rules.IdOfAPlace, told);
        holder.Held.Add(told);
    }

    /// <summary>The process is gone: a ledger that comes back counts anew.</summary>
    public void Die()
    {
        Recollection.Die();
        Array.Clear(_counts);
    }

    /// <summary>An assignment has left for its worker, after its commit.</summary>
    public void Leave(IReadOnlyList<Signal> left)
    {
        foreach (var assigned in left.OfType<RunsAssigned>())
        {
            Book.Leaves(assigned.Assignment);
        }
    }

    /// <summary>The step is over: judges what left the ledger, in order, and then what it shows.</summary>
    /// <param name="signals">What left it.</param>
    /// <param name="isNew">Whether this step was not judged before, in a history that began in the same way.</param>
    public void End(List<Signal> signals, bool isNew = true)
    {
        _surplus.Clear();
        foreach (var signal in signals)
        {
            Judge(signal);
        }

        if (!isNew)
        {
            Book.Ended.ForEach(Count);
            return;
        }

        if (Book.Trees.Values.Any(static root => root.Tree!.IsLoading))
        {
            Book.Ended.ForEach(Count);
            CompareSignals();
            return; // a tree is half there: it is looked at once it is whole
        }

        // A task that is not where it must be says more than what was told of it and what was not.
        CompareTasks();
        _surplus.ForEach(static signal => Rules.Hold(false, RuleOf(signal), $"told for no reason: {signal}"));
        CompareTimes();
        Rules.Hold(
            !_isTick || signals.Count > 0 || ledger.NextDue is not { } again || again > _now, Rules.WokenForSomething,
            $"nothing has come of it, and it asks for it again at {ledger.NextDue - _now} from now");
        CompareCounts();
        CompareSignals();
    }

    private void CompareSignals()
    {
        _surplus.ForEach(static signal => Rules.Hold(false, RuleOf(signal), $"told for no reason: {signal}"));
        Book.Owed.ForEach(static owed => Rules.Hold(false, RuleOf(owed), $"not told: {owed}"));
    }

    /// <summary>Faults have stopped, and nothing is left to do.</summary>
    public void EndHistory()
    {
        foreach (var entry in Book.All)
        {
            Rules.Hold(ledger.StateOf(entry.Task) == entry.State, Rules.OneOutcome, $"{entry} is {ledger.StateOf(entry.Task)} at the end");
            for (var place = 0; entry is { Fold: null, Runs: > 0 } && place < entry.Members.Length; place++)
            {
                var (member, seen) = (entry.Members[place], entry.Outcomes[place]);
                Rules.Hold(!member.IsEnded || seen == member.Ending, Rules.JoinSeesOutcomes, $"{entry} saw {seen} of {member}");
            }
        }

        foreach (var task in _made)
        {
            Rules.Hold(Book.EntryOf(task) is not null || !ledger.StateOf(task).IsTerminal(), Rules.OnlySuccessSpawns, task);
        }

        if (!Book.IsClosed)
        {
            Rules.Hold(Book.Live.Count == 0 && !ledger.LiveTasks.Any() && ledger is { LiveTrees: 0, RunsOut: 0, LiveCount: 0, NextDue: null }, Rules.NothingLeft);
        }
    }

    /// <summary>Made by a worker and perhaps never real.</summary>
    public void IsMade(Errand task) => _made.Add(task);

    private static string RuleOf(Signal signal) => signal switch
    {
        RunToldToEnd => Rules.ToldToEnd,
        RootHasEnded => Rules.RootTold,
        TreeHasEnded => Rules.TreeTold,
        TreeHasExpired => Rules.DeadlineTold,
        AttemptHasFailed => Rules.FailureTold,
        _ => Rules.InItsState,
    };

    private void Judge(Signal signal)
    {
        switch (signal)
        {
            case RunsAssigned assigned:
                Assigned(assigned);
                break;
            case WorkRecalled recalled:
                Recalled(recalled);
                break;
            case RunLeftBehind left:
                Left(left);
                break;
            case RunToldToEnd { Reason: Reason.Timeout } told:
                TimedOut(told);
                break;
            case AttemptHasFailed failed:
                Failed(failed);
                break;
            case TreeHasEnded ended:
                TreeEnded(ended);
                break;
            default:
                TakeOwed(signal, Book.Owed.IndexOf(signal));
                Book.Seen?.Add(signal is RunToldToEnd { Reason: var reason } ? $"told to end: {reason}" : "a root's end");
                break;
        }
    }

    /// <summary>Takes what is owed off the list; what is not owed is remembered.</summary>
    private Signal? TakeOwed(Signal signal, int index)
    {
        if (index < 0)
        {
            _surplus.Add(signal);
            return null;
        }

        var owed = Book.Owed[index];
        Book.Owed.RemoveAt(index);
        return owed;
    }

    private void Assigned(RunsAssigned assigned)
    {
        Rules.Hold(!Book.IsClosed, Rules.ClosedStartsNothing, assigned);
        Rules.Hold(Book.Benches.TryGetValue(assigned.Worker, out var bench) && bench.IsIdle, Rules.OwnPool, assigned);
        Rules.Hold(assigned.Runs.Count >= 1 && assigned.Runs.Count <= terms.ChunkTasksMax, Rules.ChunkSize, assigned);
        Book.Seen?.Add(assigned.Runs.Count > 1 ? "a chunk" : "one alone");
        foreach (var run in assigned.Runs)
        {
            var entry = Book.EntryOf(run.Task);
            Rules.Hold(entry is not null, Rules.OnlySuccessSpawns, run);
            Rules.Hold(!entry!.IsCancelled, Rules.NoStartAfterCancel, entry);
            Rules.Hold(Book.MayStart(entry), Rules.PausedStartsNothing, entry);
            Rules.Hold(
                entry.State == TaskState.Ready,
                entry.State switch { TaskState.Scheduled => Rules.NotBeforeDue, TaskState.Waiting => Rules.JoinWaits, _ => Rules.RunsWhenReady },
                entry);
            Rules.Hold(entry.Task.Type.Pool == bench!.Pool, Rules.OwnPool, entry);
            Rules.Hold(run.Run == entry.Runs + 1, Rules.Runs, $"run {run.Run} of {entry}");
            Rules.Hold(
                run.Attempt == entry.NextAttempt(terms.IsDurable) && entry.Failures < entry.AttemptsMax, Rules.Attempts,
                $"attempt {run.Attempt} of {entry}, not {entry.NextAttempt(terms.IsDurable)}");
            Rules.Hold(!entry.IsSuspect || assigned.Runs.Count == 1, Rules.ChunkSize, $"{entry} is a suspect");
            Rules.Hold(!Book.IsSetApart(entry) || Book.MaySuspectStart, Rules.OneSuspect, $"{entry} starts beside {Book.SuspectOut?.Task}");
            JoinRuns(entry, run.Input);
        }

        if (terms is { Gates: null, IsDurable: false })
        {
            _order.Judge(Book, assigned); // of those that stand in line for a limit only the ledger knows which could start
        }

        Book.Assign(bench!, assigned);
        Book.JudgeGates(assigned);
        Rules.Hold(bench!.Stints.Select(static stint => stint.Task).Distinct().Count() == bench.Stints.Count, Rules.RunsWhenReady, assigned);
    }

    private void JoinRuns(Entry join, JoinInput? input)
    {
        if (input is null)
        {
            return;
        }

        if (join.Fold is not { } fold)
        {
            Rules.Hold(input.Outcomes.SequenceEqual(join.Outcomes), Rules.JoinSeesOutcomes, $"{join} sees {string.Join(", ", input.Outcomes)}");
            Book.Seen?.Add($"a join of {Math.Min(2, join.Members.Length)}");
            Book.Seen?.Add($"fires: {join.Task.Join!.Policy}");
            return;
        }

        var isRight = input.Outcomes.Count == fold.StepSize && input.FoldState == fold.State && input.IsLastStep == fold.IsLastStep;
        if (fold.Step is not null)
        {
            Book.Seen?.Add("a step of a fold again");
            isRight &= input.Outcomes.SequenceEqual(fold.Step);
        }
        else
        {
            isRight &= input.Outcomes.All(outcome => outcome is { } ending && fold.Offered.Remove(ending));
            fold.Step = input.Outcomes;
        }

        Rules.Hold(isRight, Rules.FoldSeesOutcomes, join);
        Book.Seen?.Add(input.IsLastStep ? $"the last step of a fold: {join.Task.Join!.Policy}" : "a step of a fold");
    }

    private void Recalled(WorkRecalled recalled)
    {
        var bench = Book.Benches.Values.FirstOrDefault(bench => bench.Assignment == recalled.Assignment);
        Rules.Hold(bench is not null && (bench.RecallAt <= Book.Now || Book.IsClosed), Rules.Recalled, $"worker {bench?.Worker}");
        bench!.RecallAt = long.MaxValue;
        Book.Seen?.Add("a recall");
    }

    private void Left(RunLeftBehind left)
    {
        var stint = Book.EntryOf(left.Task)?.Stint;
        Rules.Hold(
            stint is not null && stint.Run == left.Run && stint.Bench.Assignment == left.Assignment && stint.Told == left.Reason, Rules.LeftBehind, left);
        Rules.Hold(stint!.Bench.Stints.Exists(other => other.AbandonAt <= Book.Now), Rules.LeftBehind, left);
        Book.Seen?.Add($"left behind: {left.Reason}{(stint.Bench.Stints.Count > 1 ? " with others" : "")}");
        Book.LeaveBehind(stint.Bench);
    }

    private void TimedOut(RunToldToEnd told)
    {
        var stint = Book.EntryOf(told.Task)?.Stint;
        Rules.Hold(
            stint is not null && stint.Run == told.Run && stint.Bench.Assignment == told.Assignment && stint.TimeoutAt <= Book.Now, Rules.ToldToEnd, told);
        Book.Tell(stint!, Reason.Timeout);
        Book.Owed.Remove(told);
        Book.Seen?.Add("told to end: Timeout");
    }

    private void Failed(AttemptHasFailed failed)
    {
        if (failed is { Trouble.Kind: FailureKind.Budget } && Book.EntryOf(failed.Task) is { State: TaskState.Ready } refused)
        {
            Book.Refuse(refused, failed.Attempt);
        }

        var index = Book.Owed.FindIndex(owed => owed is AttemptHasFailed other && other == failed with { RetryIn = other.RetryIn });
        if (TakeOwed(failed, index) is not AttemptHasFailed owed)
        {
            return;
        }

        Rules.Hold(owed.RetryIn is null == failed.RetryIn is null, Rules.Attempts, failed);
        if (failed.RetryIn is { } rest)
        {
            var entry = Book.EntryOf(failed.Task)!;
            var (least, most) = RestOf(failed.Task, failed.Attempt - (terms.IsDurable ? entry.Losses : 0));
            Rules.Hold(rest >= least && rest <= most, Rules.FailureTold, $"{failed}, and not between {least} and {most}");
            Book.Rest(entry, rest);
            Book.Seen?.Add("a retry");
        }
    }

    /// <summary>Attempt n rests for delay * factor^(n-1), up to a ceiling, and longer by up to the jitter; or as the handler asked.</summary>
    private (TimeSpan Least, TimeSpan Most) RestOf(Errand task, int attempt)
    {
        if (_asked.TryGetValue(task, out var asked) && asked.Delay is { } delay)
        {
            return (delay, delay);
        }

        var terms = asked.Retry ?? task.Retry;
        var rest = terms.Delay;
        for (var failed = 1; failed < attempt; failed++)
        {
            rest *= terms.Factor;
        }

        rest = rest < terms.DelayMax ? rest : terms.DelayMax;
        return (rest, rest * (1 + terms.Jitter));
    }

    /// <summary>A report is about to be told.</summary>
    public void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor)
    {
        foreach (var end in ends)
        {
            if (Book.EntryOf(end.Task)?.Stint is { } stint && stint.Run == end.Run && stint.Bench.Assignment == assignment)
            {
                _asked[end.Task] = end.Word == EndWord.Failed && stint.Told != Reason.Timeout ? (end.Delay, end.Retry) : (null, null);
                Book.Seen?.Add($"{end.Word}{(stint.Told == Reason.None ? "" : $" though told {stint.Told}")}");
            }
            else
            {
                Book.Seen?.Add($"{end.Word} stale");
            }
        }

        Book.Report(assignment, ends, runningFor);
    }

    private void TreeEnded(TreeHasEnded ended)
    {
        var index = Book.Owed.FindIndex(owed => owed is TreeHasEnded other && other.Root == ended.Root);
        if (TakeOwed(ended, index) is not TreeHasEnded owed)
        {
            return;
        }

        Rules.Hold(!Book.Owed.Exists(other => other is RootHasEnded root && root.Root == ended.Root), Rules.RootTold, ended);
        Rules.Hold(owed == ended with { First = owed.First }, Rules.TreeOutcome, $"{ended} ({ended.UnjoinedFailures} not joined), not {owed} ({owed.UnjoinedFailures} not joined)");
        var failures = Book.EntryOf(ended.Root)!.Tree!.Tasks.Select(static task => task.Ending.Trouble);
        Rules.Hold((owed.First is null) == (ended.First is null) && (ended.First is null || failures.Contains(ended.First)), Rules.TreeOutcome, ended);
        Book.Seen?.Add($"a tree ends: {ended.State}");
    }

    private void CompareTasks()
    {
        var live = 0;
        foreach (var task in ledger.LiveTasks)
        {
            live++;
            if (!Book.Live.TryGetValue(task.Id, out var entry))
            {
                var known = Book.EntryOf(task);
                Rules.Hold(false, known is null ? Rules.OnlySuccessSpawns : known.Because, $"{known?.ToString() ?? task.ToString()} is {ledger.StateOf(task)}");
            }
            else
            {
                Rules.Hold(entry.Task == task, Rules.OneChildOfAnId, $"{task} has the id of {entry.Task}");
            }
        }

        foreach (var entry in Book.Live.Values)
        {
            var state = ledger.StateOf(entry.Task);
            Rules.Hold(
                state == entry.State,
                state.IsTerminal() ? Rules.OutcomeHasCause
                : entry.State == TaskState.Scheduled ? Rules.NotBeforeDue
                : entry.State == TaskState.Waiting ? Rules.JoinWaits
                : state == TaskState.Running ? Rules.RunsWhenReady
                : entry.State == TaskState.Running ? Rules.StaleIsIgnored
                : entry.State == TaskState.Ready ? entry.Because
                : Rules.InItsState,
                $"{entry} is {state}");
        }

        Rules.Hold(live == Book.Live.Count, Rules.SuccessSpawns, $"{live} live tasks, not {Book.Live.Count}");
        foreach (var entry in Book.Ended)
        {
            var state = ledger.StateOf(entry.Task);
            Rules.Hold(state == entry.State, state.IsTerminal() ? Rules.OutcomeIsTrue : entry.Because, $"{entry} is {state}");
            Count(entry);
        }
    }

    private void Count(Entry ended) => _counts[ended.Task.Type.Index, (int)ended.State]++;

    private void CompareTimes()
    {
        foreach (var bench in Book.Benches.Values)
        {
            Rules.Hold(!(_isTick || Book.IsClosed) || bench.RecallAt > Book.Now, Rules.Recalled, $"worker {bench.Worker} is not recalled");
            foreach (var stint in bench.Stints)
            {
                Rules.Hold(!_isTick || stint.TimeoutAt > Book.Now, Rules.ToldToEnd, $"{stint.Task} has timed out");
                Rules.Hold(!_isTick || stint.AbandonAt > Book.Now, Rules.LeftBehind, $"{stint.Task} is not left behind");
            }
        }

        var earliest = Book.Earliest;
        Rules.Hold(
            earliest == long.MaxValue || ledger.NextDue is { } next && next.UtcTicks <= earliest, Rules.WokenInTime,
            $"at {ledger.NextDue - _now} from now, and not at {TimeSpan.FromTicks(earliest - Book.Now)}");
    }

    private void CompareCounts()
    {
        Span<long> live = stackalloc long[Terms.Types.Count * (int)TaskState.Succeeded];
        Span<int> ready = stackalloc int[Terms.Pools];
        Span<int> startable = stackalloc int[Terms.Pools];
        var keptBack = ledger.KeepsPlaces ? 1 : 0;
        foreach (var entry in Book.Live.Values)
        {
            live[(entry.Task.Type.Index * (int)TaskState.Succeeded) + (int)entry.State]++;
            var isInQueue = entry.State == TaskState.Ready && !Book.IsSetApart(entry) && !ledger.IsAway(entry.Task);
            ready[entry.Task.Type.Pool] += isInQueue ? 1 : 0;
            startable[entry.Task.Type.Pool] += isInQueue && Book.MayStart(entry) && Book.IsOpen(entry, keptBack) ? 1 : 0;
        }

        foreach (var type in Terms.Types)
        {
            for (var state = TaskState.Scheduled; state <= TaskState.Cancelled; state++)
            {
                var count = state.IsTerminal() ? _counts[type.Index, (int)state] : live[(type.Index * (int)TaskState.Succeeded) + (int)state];
                Rules.Hold(ledger.Count(type, state) == count, Rules.Counts, $"{ledger.Count(type, state)} {type.Name} tasks are {state}, not {count}");
            }
        }

        Rules.Hold(ledger.LiveCount == Book.Live.Count, Rules.Counts, $"{ledger.LiveCount} tasks are live, not {Book.Live.Count}");
        Rules.Hold(ledger.LiveTrees == Book.Trees.Count, Rules.Counts, $"{ledger.LiveTrees} trees are live, not {Book.Trees.Count}");
        Rules.Hold(ledger.StaleEnds == Book.StaleEnds, Rules.Counts, $"{ledger.StaleEnds} ends were stale, not {Book.StaleEnds}");
        var runsOut = 0;
        for (var pool = 0; pool < Terms.Pools; pool++)
        {
            var (workers, busy, idle) = (0, 0, 0);
            foreach (var bench in Book.Benches.Values)
            {
                if (bench.Pool == pool)
                {
                    workers++;
                    busy += bench.Assignment is null ? 0 : 1;
                    idle += bench.IsIdle ? 1 : 0;
                    runsOut += bench.Stints.Count;
                }
            }

            Rules.Hold(
                Book.IsClosed || idle == 0 || !Book.MaySuspectStart || !Book.Live.Values.Any(entry => entry.Task.Type.Pool == pool && Book.IsSetApart(entry) && Book.MayStart(entry) && Book.IsOpen(entry, keptBack)),
                Rules.NobodyIdles, $"pool {pool}: a suspect waits, {idle} idle");
            Rules.Hold(Book.IsClosed || idle == 0 || startable[pool] == 0, Rules.NobodyIdles, $"pool {pool}: {startable[pool]} ready, {idle} idle");
            ready[pool] = terms.Gates is null ? ready[pool] : ledger.Pool(pool).Ready; // those that stand in line for a limit are not counted, and which do is the ledger's affair
            Rules.Hold(ledger.Pool(pool) == (ready[pool], busy, workers), Rules.Counts, $"pool {pool} counts {ledger.Pool(pool)}, not {(ready[pool], busy, workers)}");
        }

        Rules.Hold(ledger.RunsOut == runsOut, Rules.Counts, $"{ledger.RunsOut} runs are out, not {runsOut}");
    }
}
