using Actors.Simulation.Histories;
using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>
/// The lives of a process on one disk, and what the world was told by all of them. Knows of a step what must hold whatever the ledger is: nothing leaves
/// before it is committed, what was told stays so, and what stands on the disk is a state that the ledger was in.
/// </summary>
internal sealed class Lives(Terms terms, HashSet<string>? seen, DurableFault? fault)
{
    private readonly Disk _disk = new();
    private readonly Papers _papers = new();
    private readonly Minutes _minutes = new();
    private readonly Dictionary<long, int> _marks = [];
    private readonly Queue<(Signal Signal, int Step)> _emitted = new();
    private readonly HashSet<TaskId> _accepted = [];
    private readonly HashSet<TaskId> _cancelled = [];
    private readonly Dictionary<TaskId, RootHasEnded> _roots = [];
    private readonly Dictionary<TaskId, TreeHasEnded> _trees = [];
    private long _begun;

    public DurablePort? Port { get; private set; }

    public Papers Papers => _papers;

    /// <summary>Whether what stands on the disk is looked at after a death.</summary>
    public bool IsJudged { get; set; } = true;

    public bool IsAccepted(TaskId root) => _accepted.Contains(root);

    public bool IsOver(TaskId root) => _trees.ContainsKey(root);

    /// <summary>The tasks of a tree that stand on the disk as scheduled.</summary>
    public HashSet<Errand> ScheduledOf(long tree) =>
        [.. _disk.Rows.Values.Where(row => row.Tree == tree && row.State == TaskState.Scheduled).Select(row => _papers[row.Payload!])];

    /// <summary>The first life begins.</summary>
    public DurablePort Begin()
    {
        _marks[0] = 0;
        return Port = new DurablePort(terms, _disk, _papers, fault);
    }

    /// <summary>A step is over: what it led to, and what has left.</summary>
    public void Note(DateTimeOffset now, bool isTick, Action<Checker> tell, List<Signal> signals, List<Signal> left)
    {
        _minutes.Add(now, isTick, tell, left, signals);
        Port!.Emitted.ForEach(signal => _emitted.Enqueue((signal, _minutes.Count)));
        if (Port.LastBatch != _begun)
        {
            _begun = Port.LastBatch;
            _marks[_begun] = _minutes.Count;
        }

        left.ForEach(Leave);
    }

    /// <summary>The process is gone, at once. The next one opens the store.</summary>
    /// <param name="now">The time.</param>
    /// <param name="fencesOff">Whether the first lives on for a while and does not know.</param>
    /// <param name="newChecker">Makes a checker of the new life.</param>
    /// <returns>The new life, and the checker: it knows what the store knows.</returns>
    public (DurablePort Port, Checker Checker) Die(DateTimeOffset now, bool fencesOff, Func<DurablePort, Checker> newChecker)
    {
        var steps = _marks[_disk.Batch];
        var before = Port!;
        Port = new DurablePort(terms, _disk, _papers, fault) { Now = now };
        if (fencesOff)
        {
            seen?.Add($"a process is fenced off{(before.IsWriting ? " with a commit under way" : "")}");
            before.Deafen(); // to what was true until now
            while (before.IsWriting)
            {
                before.Write(Fate.Written);
            }

            while (before.HasAnswers)
            {
                before.Hear();
                before.Tell();
            }

            // It may still say what it reads in the store, and does not know that it is fenced off until it writes.
            Rules.Hold(before.TakeLeft().TrueForAll(static left => left is RootIsLive or RootIsUnknown or RootIsOver) && _disk.Batch == 0, Rules.FencedIsSilent);
        }
        else
        {
            before.Dispose();
        }

        var checker = newChecker(Port);
        _minutes.Rewind(steps, checker);
        if (IsJudged)
        {
            CheckPromises(checker.Book);
            CheckRows(checker.Book);
        }

        _emitted.Clear();
        _marks.Clear();
        _marks[0] = steps + 1; // with the step in which what was running became suspect: opening the store has written that
        _begun = 0;
        return (Port, checker);
    }

    /// <summary>Nothing happens any more.</summary>
    public void End(Book book)
    {
        CheckPromises(book);
        CheckRows(book);
        Rules.Hold(_disk.Live.Count == 0 && _disk.LiveTasks == 0 && _disk.Running.Count == 0, Rules.NothingLeft, $"{_disk.Live.Count} tree(s), {_disk.LiveTasks} task(s), {_disk.Running.Count} worker(s)");
        foreach (var root in _accepted)
        {
            Rules.Hold(IsOver(root), Rules.ToldStaysTold, "a root was accepted, and nobody was told of its end");
        }
    }

    private void Leave(Signal signal)
    {
        if (signal is RootIsLive or RootIsUnknown or RootIsOver)
        {
            Answered(signal);
            return;
        }

        // Of what was emitted only an assignment whose worker has gone may be left out.
        var step = 0;
        while (true)
        {
            Rules.Hold(_emitted.Count > 0, Rules.LeavesInOrder, signal);
            (var next, step) = _emitted.Dequeue();
            if (ReferenceEquals(next, signal))
            {
                break;
            }

            Rules.Hold(next is RunsAssigned, Rules.LeavesInOrder, $"{signal}, and before it {next}");
        }

        // Each batch holds all steps up to its mark. A step behind the last mark led to nothing that is kept.
        var batch = _disk.Batch;
        Rules.Hold(_marks[batch] >= step || batch == _begun, Rules.CommittedFirst, signal);
        switch (signal)
        {
            case RunsAssigned assigned:
                Rules.Hold(
                    _disk.Running.TryGetValue(assigned.Worker, out var running)
                    && assigned.Runs.All(run => running.Any(task => task.Attempt == run.Attempt && _disk.Rows[(task.Tree, task.Number)].Id == run.Task.Id)),
                    Rules.StartsAreStored, assigned);
                break;
            case RootHasEnded ended:
                Rules.Hold(_roots.TryAdd(ended.Root.Id, ended), Rules.RootTold, $"{ended}, a second time");
                break;
            case TreeHasEnded ended:
                Rules.Hold(_trees.TryAdd(ended.Root.Id, ended), Rules.TreeTold, $"{ended}, a second time");
                break;
            case Told:
                Answered(signal);
                break;
        }
    }

    private void Answered(Signal told)
    {
        switch (told)
        {
            case RootAccepted accepted:
                _accepted.Add(accepted.Id);
                break;
            case CancelTaken { IsFound: true } cancel:
                _cancelled.Add(cancel.Id);
                break;
            case RootIsUnknown unknown:
                Rules.Hold(!_accepted.Contains(unknown.Id), Rules.AcceptedSurvives, unknown);
                break;
            case RootIsLive live:
                Rules.Hold(!_trees.ContainsKey(live.Id), Rules.ToldStaysTold, live);
                break;
            case RootIsOver over:
                seen?.Add("a root that has ended is found in the store");
                _accepted.Add(over.Id);
                Rules.Hold(!_roots.TryGetValue(over.Id, out var root) || root.Ending == over.Tree.Ending, Rules.ToldStaysTold, over);
                Rules.Hold(!_trees.TryGetValue(over.Id, out var tree) || tree == over.Tree, Rules.ToldStaysTold, $"{over}, and before {tree}");
                _trees.TryAdd(over.Id, over.Tree);
                break;
        }
    }

    /// <summary>What the world was told, by any life, is so.</summary>
    private void CheckPromises(Book book)
    {
        var entries = book.All.ToLookup(static entry => entry.Task.Id);
        foreach (var id in _accepted)
        {
            Rules.Hold(_disk.Root(id) is not null && entries[id].Any(), Rules.AcceptedSurvives, $"{_papers.All.First(task => task.Id == id)}");
        }

        foreach (var (id, ended) in _roots)
        {
            Rules.Hold(entries[id].Any(entry => entry.Ending == ended.Ending), Rules.ToldStaysTold, ended);
        }

        foreach (var (id, ended) in _trees)
        {
            var row = _disk.Root(id);
            Rules.Hold(row is { } root && root.TreeEndedAt != TaskRow.None && _roots.GetValueOrDefault(id, new RootHasEnded(ended.Root, ended.Ending)).Ending == ended.Ending, Rules.ToldStaysTold, ended);
        }

        foreach (var id in _cancelled)
        {
            Rules.Hold(entries[id].Any(IsCancelled), Rules.ToldStaysTold, "a cancel was answered");
        }
    }

    /// <summary>A task whose join is cancelled ends with it: that it was cancelled besides may have changed nothing, and stands nowhere then.</summary>
    private static bool IsCancelled(Entry entry) =>
        entry.IsEnded || entry.IsCancelled || entry.Root.Tree!.IsCancelRequested || entry.Root.Tree.Tasks.Any(join => join.Owner == entry && IsCancelled(join));

    /// <summary>Task by task, what stands on the disk is what the book says of that moment; and by the engine's own rules it holds together.</summary>
    private void CheckRows(Book book)
    {
        var entries = book.All.ToDictionary(static entry => entry.Task);
        foreach (var row in _disk.Rows.Values.Where(static row => !row.Flags.HasFlag(TaskFlags.Withheld)))
        {
            Rules.Hold(entries.Remove(_papers[row.Payload!], out var entry) && entry.Task.Id == row.Id, Rules.StoreIsTrue, $"{row.Type} {_papers[row.Payload!]} stands there, and never was");
            var state = entry!.State == TaskState.Running ? TaskState.Ready : entry.State;
            var wasDue = row.State == TaskState.Scheduled && state == TaskState.Ready && row.DueAt == entry.DueAt && row.DueAt <= book.Now; // read, it is due at once
            var hasFired = row.State == TaskState.Waiting && state == TaskState.Ready && entry.Owner is not null; // read, it is decided again
            var isTakenAgain = row.State == TaskState.Ready && state == TaskState.Waiting && entry is { Fold: not null, Root.Tree.IsLoading: true }; // its step is, once all is read
            Rules.Hold(row.State == state || wasDue || hasFired || isTakenAgain, Rules.StoreIsTrue, $"{entry} is {row.State}");
            var ending = row.State == TaskState.Succeeded ? Ending.Succeeded(Papers.Number(row.Outcome!)) : new Ending(row.State, 0, entry.Ending.Trouble);
            Rules.Hold(!entry.IsEnded || entry.Ending == ending, Rules.StoreIsTrue, $"{entry} has {ending}");
        }

        Rules.Hold(entries.Count == 0, Rules.StoreIsTrue, $"{entries.Values.FirstOrDefault()} is missing");
        using var store = new SimulatedStore(_disk);
        var contradictions = new List<string>();
        new StoreVerification(contradictions.Add).Run(store.ReadAll(), store.Info());
        Rules.Hold(contradictions.Count == 0, Rules.StoreAgrees, contradictions.FirstOrDefault());
    }
}
