using System.Globalization;
using Actors.Ledger;
using Actors.Simulation.Histories;
using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>
/// One life of a process: the real ledger with the real journal, commit queue, questions and recovery, over a simulated store. What the coordinator and its writer
/// do with them is here in a few lines, without actors: a queue of messages to the writer, and one back.
/// </summary>
internal sealed class DurablePort : LedgerPort, ILedgerObserver, IDisposable
{
    private const string PauseFact = "pause/";

    private readonly Papers _papers;
    private readonly DurableFault _fault;
    private readonly SimulatedStore _disk;
    private readonly ITaskStore _store;
    private readonly Journal _journal;
    private readonly CommitQueue _commits;
    private readonly RootQuestions _questions;
    private readonly ITaskReader _reader;
    private readonly long _liveTrees;
    private readonly Queue<object> _toWriter = new();
    private readonly Queue<Action> _fromWriter = new();
    private readonly List<Action> _stashed = [];
    private readonly Dictionary<LedgerEffect, Signal> _signals = [];
    private readonly List<Signal> _left = [];
    private readonly Dictionary<Errand, TaskState> _ended = [];
    private Recovery? _recovery;
    private bool _isUnknown;

    public DurablePort(Terms terms, Disk disk, Papers papers, DurableFault? fault)
        : base(terms, papers)
    {
        _papers = papers;
        _fault = fault ?? new DurableFault();
        foreach (var errand in papers.All)
        {
            errand.Record = errand.Record is TaskRecord { Tree: null } unborn ? unborn : null; // what was real belonged to who is dead
        }

        _disk = new SimulatedStore(disk);
        _store = _fault.Store?.Invoke(_disk) ?? _disk;
        var opening = _store.Open("a history", takeOver: true);
        foreach (var row in disk.Rows.Values.Where(static row => row.State.IsTerminal()))
        {
            _ended[papers[row.Payload!]] = row.State;
        }

        Ledger.Observer = this;
        Ledger.Journal = _journal = new Journal(Ledger, opening.NextTree);
        _commits = new CommitQueue(Ledger, _journal);
        _questions = new RootQuestions(Ledger, _journal);
        Ledger.Backlog = terms.LoadedMax is { } max ? new Backlog(Ledger, _journal, TypeNamed, max) : null;
        _recovery = new Recovery(Ledger, TypeNamed, Ledger.Backlog);
        Ledger.Sequences.BeginReturn();
        Ledger.Uniques.BeginReturn(opening.Facts, TypeNamed);
        foreach (var fact in opening.Facts.Where(fact => !_fault.ForgetsPauses && fact.Key.StartsWith(PauseFact, StringComparison.Ordinal)))
        {
            var name = fact.Key[PauseFact.Length..];
            base.SetPause(int.TryParse(name, CultureInfo.InvariantCulture, out var pool) ? new Hold(pool, null, null) : new Hold(null, Terms.Types.Single(type => type.Name == name), null), isPaused: true);
        }

        _reader = _store.ReadLiveTrees(opening.NextTree);
        _liveTrees = opening.LiveTrees;
    }

    /// <summary>Those of pools and types are facts, those of trees stand with their counts.</summary>
    public override bool SetPause(Hold hold, bool isPaused)
    {
        var isChanged = base.SetPause(hold, isPaused);
        if (isChanged && hold.Tree is null)
        {
            _journal.SetFact($"{PauseFact}{hold.Pool?.ToString(CultureInfo.InvariantCulture) ?? hold.Type!.Name}", isPaused ? "{}"u8.ToArray() : null);
        }

        return isChanged;
    }

    /// <summary>Whether rows are still to be read.</summary>
    public bool IsLoading => _recovery is not null;

    /// <summary>Whether the store is lost to this process.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether the writer has something to do.</summary>
    public bool IsWriting => _toWriter.Count > 0 && !IsLost;

    /// <summary>Whether the writer has something to say.</summary>
    public bool HasAnswers => _fromWriter.Count > 0 && !IsLost;

    /// <summary>The number of the last batch that was begun.</summary>
    public long LastBatch { get; private set; }

    /// <summary>What the last step led to, in order.</summary>
    public List<Signal> Emitted { get; private set; } = [];

    /// <summary>What the ledger was told by somebody from outside in this step.</summary>
    public List<(Errand Root, Errand? Completion)> Submitted { get; } = [];

    public void Dispose() => _disk.Dispose();

    public void Registered(TaskRecord task) => ErrandOf(task);

    public void Started(TaskRecord task)
    {
    }

    public void AttemptFailed(TaskRecord task, Failure failure, TimeSpan? retryIn)
    {
    }

    public void Ended(TaskRecord task, Outcome outcome) => ErrandOf(task);

    /// <summary>Also those that wait on the disk alone.</summary>
    public override IEnumerable<Errand> LiveTasks => base.LiveTasks.Concat(Away);

    public override bool IsAway(Errand root) =>
        Ledger.Backlog is not null && root.Spawner is null && (Ledger.FindTree(root.Id) is not { } tree || tree.Stored!.Stand == BacklogStand.Leaving);

    public override TaskState StateOf(Errand task) =>
        task.Record is TaskRecord record && record.Tree is not null ? record.State : _ended.TryGetValue(task, out var state) ? state
        : Resolve(task)?.State ?? (Away.Contains(task) ? TaskState.Ready : TaskState.Scheduled);

    /// <summary>What has left for the world since this was last asked, in order.</summary>
    public List<Signal> TakeLeft()
    {
        List<Signal> left = [.. _left];
        _left.Clear();
        return left;
    }

    public override List<Signal> Release()
    {
        Emitted = [];
        if (IsLost)
        {
            Ledger.Effects.Clear();
            return [];
        }

        Ledger.Dispatch(Now);
        foreach (var effect in Ledger.Effects)
        {
            if (_signals.ContainsKey(effect))
            {
                continue; // waits since an earlier step
            }

            if (effect is Admission.CapacityCycle)
            {
                continue; // a word to people: it changes nothing
            }

            var signal = effect is Answer answer ? answer.Signal : Translate(effect);
            Emitted.Add(signal);
            _signals.Add(effect, signal);
        }

        if (_fault.LeavesBeforeCommit)
        {
            Leave([.. Ledger.Effects]);
        }

        var released = _commits.Step(out var batch);
        if (batch is not null)
        {
            LastBatch = batch.Number;
            _toWriter.Enqueue(batch);
        }

        if ((batch is not null || _journal.IsEmpty) && _questions.TakeUnasked() is { } ids)
        {
            _toWriter.Enqueue(ids); // behind the batch: so the answer knows all that has ended before
        }

        if ((batch is not null || _journal.IsEmpty) && Ledger.Backlog?.TakeQuestion() is { } window)
        {
            _toWriter.Enqueue(_fault.ReadsBacklogAhead ? (window, _store.ReadRoots(window)) : window);
        }

        Leave(released); // what has left before its commit does not again

        return Emitted.FindAll(static signal => signal is not Told); // answers are no doing of the ledger's
    }

    /// <summary>What commits held back leaves though no step follows.</summary>
    public void Tell() => Leave(_commits.TakeCommitted());

    /// <summary>The writer does what is next; where its commit failed it asks what became of it first.</summary>
    /// <returns>What it did, in words.</returns>
    public string Write(Fate fate)
    {
        _disk.Next = fate;
        try
        {
            switch (_toWriter.Peek())
            {
                case StoreBatch batch:
                    var isTried = _isUnknown;
                    if (!isTried || _fault.WritesAgainWithoutAsking || _store.Reconnect() < batch.Number)
                    {
                        _isUnknown = true;
                        _store.Commit(batch);
                    }

                    Commit(batch.Number);
                    Done();
                    return $"the store {(isTried ? "tries again and " : "")}has batch {batch.Number}";
                case TaskId[] ids:
                    if (fate != Fate.Written)
                    {
                        throw new IOException($"{fate}");
                    }

                    var rows = _store.FindRoots(ids).ToDictionary(static row => row.Id);
                    _fromWriter.Enqueue(() => _questions.Answer(ids, rows));
                    Done();
                    return $"the store is asked for {ids.Length} root(s)";
                case RootWindow window:
                    if (fate != Fate.Written)
                    {
                        throw new IOException($"{fate}");
                    }

                    return Found(window, _store.ReadRoots(window));
                case (RootWindow asked, IReadOnlyList<TaskRow> early):
                    return Found(asked, early);
                default:
                    return "";
            }
        }
        catch (StoreFencedException)
        {
            Lose();
            return "the store is somebody else's by now";
        }
        catch (IOException failed)
        {
            if (_toWriter.Peek() is StoreBatch batch && (_fault.TakesFailureForSuccess || _fault.GivesUpFailedCommits))
            {
                Commit(batch.Number);
                Done();
            }

            return $"the store does not answer ({failed.Message})";
        }

        string Found(RootWindow window, IReadOnlyList<TaskRow> roots)
        {
            _fromWriter.Enqueue(() => Ledger.Backlog!.Answer(window, roots, Now));
            Done();
            return $"the store is asked for what waits there from tree {window.From} on: {roots.Count} live root(s)";
        }

        void Done()
        {
            _isUnknown = false;
            _toWriter.Dequeue();
        }
    }

    /// <summary>What the writer had to say is not heard any more, and the errands are those of the next life.</summary>
    public void Deafen()
    {
        _fromWriter.Clear();
        Ledger.Observer = null;
    }

    /// <summary>The coordinator hears what its writer has to say.</summary>
    public void Hear()
    {
        _fromWriter.Dequeue()();
        foreach (var tree in Ledger.Backlog is null ? [] : Ledger.Trees)
        {
            if (tree.Stored!.Stand == BacklogStand.Loaded && (Errand)tree.Root.Message is { Record: not null } errand)
            {
                errand.Record = tree.Root; // loaded perhaps: another record than before
            }
        }
    }

    /// <summary>Whether it may be a root that waits in the store alone: it is asked, and goes on then.</summary>
    public bool IsElsewhere(TaskId id, Action then)
    {
        if (Ledger.Backlog is not { Away: > 0 } || _fault.CancelsLoadedOnly || Ledger.Knows(id) || Ledger.FindTree(id) is not null)
        {
            return false;
        }

        _questions.Ask(id, _ => then(), then);
        return true;
    }

    /// <summary>Reads rows of live trees; at their end what waited for them goes on.</summary>
    /// <returns>What was read.</returns>
    public TaskRow[] Load(int count)
    {
        var rows = new TaskRow[count];
        rows = rows[.._reader.Read(rows)];
        if (rows.Length > 0)
        {
            _recovery!.Add(rows, Now);
            return rows;
        }

        _recovery!.Finish(Now);
        if (_recovery.Trees != _liveTrees)
        {
            throw new StoreException($"{_liveTrees} live tree(s) are counted, and {_recovery.Trees} stand there.");
        }

        _recovery = null;
        return rows;
    }

    /// <summary>What waited for the last row.</summary>
    public IReadOnlyList<Action> TakeStashed()
    {
        Action[] stashed = [.. _stashed];
        _stashed.Clear();
        return stashed;
    }

    /// <summary>A submission arrives, as the coordinator takes it.</summary>
    public void Accept(Errand root, Errand? completion, bool hasKey)
    {
        if (hasKey && !_fault.DoesNotAskForKeys && Ledger.FindTree(root.Id) is null)
        {
            _questions.Ask(root.Id, row => Tell(root.Id, row), () => AcceptNew(root, completion, hasKey));
            return;
        }

        AcceptNew(root, completion, hasKey);
    }

    /// <summary>Somebody asks what became of a root.</summary>
    public void Find(TaskId id)
    {
        if (Ledger.FindTree(id) is not null)
        {
            _left.Add(new RootIsLive(id));
        }
        else if (!MustWait(() => Find(id)))
        {
            _questions.Ask(id, row => Tell(id, row), () => _left.Add(Ledger.FindTree(id) is null ? new RootIsUnknown(id) : new RootIsLive(id)), _ => _left.Add(new RootIsLive(id)));
        }
    }

    /// <summary>Keeps what must wait until all live trees are back.</summary>
    public bool MustWait(Action action)
    {
        if (_recovery is null || _fault.AnswersWhileLoading)
        {
            return false;
        }

        _stashed.Add(action);
        return true;
    }

    /// <summary>Answers behind all that the step led to.</summary>
    public void Reply(Signal answer) => Ledger.Effects.Add(new Answer(answer));

    private void AcceptNew(Errand root, Errand? completion, bool hasKey)
    {
        if (hasKey && Ledger.FindTree(root.Id) is null && MustWait(() => Accept(root, completion, hasKey)))
        {
            return;
        }

        if (Ledger.FindTree(root.Id) is null)
        {
            Submitted.Add((root, completion));
        }

        Submit(root, completion);
        Reply(new RootAccepted(root.Id));
    }


    private void Tell(TaskId id, TaskRow row)
    {
        var errand = _papers[row.Payload!];
        var outcome = StoredOutcomes.TreeOf(in row, StoredOutcomes.Of(in row, TypeNamed(row.Type)));
        _left.Add(new RootIsOver(id, TranslateTree(errand, outcome)));
    }

    /// <summary>What is committed leaves; an assignment only if its worker still has it.</summary>
    private void Leave(IReadOnlyList<LedgerEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (!_signals.Remove(effect, out var signal))
            {
                continue;
            }

            if (effect is Assignment assignment)
            {
                if (assignment.Worker.Assignment != assignment && !_fault.SendsWhatIsStale)
                {
                    continue;
                }

                Ledger.Sent(assignment, Now);
            }

            _left.Add(signal);
        }
    }

    /// <summary>The ledger is to hear of it. A number: the batch itself is used again.</summary>
    private void Commit(long number) => _fromWriter.Enqueue(() => _commits.Committed(number));

    private void Lose()
    {
        if (_fault.IgnoresFence)
        {
            if (_toWriter.Dequeue() is StoreBatch batch)
            {
                Commit(batch.Number);
            }

            return;
        }

        IsLost = true;
        _commits.Abandon();
    }

    private IEnumerable<Errand> Away => Ledger.Backlog is not { Away: > 0 } backlog
        ? []
        : _disk.LiveRoots.Where(row => backlog.IsWaiting(in row)).Select(row => _papers[row.Payload!]);

    private TaskRecord? Resolve(Errand errand) =>
        (TaskRecord?)(errand.Record = Ledger.LiveTasks.FirstOrDefault(task => ((Errand)task.Message).Number == errand.Number));

    private sealed class Answer(Signal signal) : LedgerEffect
    {
        public Signal Signal => signal;
    }
}
