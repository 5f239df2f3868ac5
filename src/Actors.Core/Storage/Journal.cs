using System.Text;
using Actors.Ledger;

namespace Actors.Storage;

/// <summary>
/// Marks what a step of the ledger changes, and makes rows of it when the next commit begins: a task that changed five times meanwhile is written once, as it
/// stands then. Steps are never split, so what a batch holds is a state that the ledger has been in.
/// </summary>
/// <remarks>Belongs to the ledger; one thread at a time.</remarks>
internal sealed class Journal(TaskLedger ledger, long nextTree)
{
    private readonly List<TaskRecord> _tasks = [];
    private readonly List<TreeRecord> _trees = [];
    private readonly List<WorkerRecord> _workers = [];
    private readonly List<long> _taken = [];
    private readonly List<TaskRow> _adopted = [];
    private readonly Dictionary<string, byte[]?> _facts = [];
    private readonly List<AuditRow> _audit = [];
    private readonly List<TaskNumber> _released = [];
    private HashSet<TaskId> _ended = [];
    private HashSet<TaskId> _endedUnderWay = [];
    private long _nextTree = nextTree;
    private StoreBatch? _spare;
    private long _batch;

    /// <summary>Whether nothing is to be written.</summary>
    public bool IsEmpty => _tasks.Count + _trees.Count + _workers.Count + _taken.Count + _adopted.Count + _facts.Count + _audit.Count + _released.Count == 0;

    /// <summary>The number that the next tree gets.</summary>
    public long NextTree => _nextTree;

    /// <summary>A tree is new: it gets its number.</summary>
    public void Open(TreeRecord tree) => tree.Stored = new StoredTree(_nextTree++);

    /// <summary>A task is new: it gets its number. Before anything else of it is told.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tree">Its tree.</param>
    /// <param name="spawner">Who spawned it, or the owner of a join; null for a root and for a completion task.</param>
    public void Add(TaskRecord task, TreeRecord tree, TaskRecord? spawner)
    {
        var stored = task.Stored ??= new StoredTask(null);
        if (stored.Number != TaskRow.None)
        {
            stored.Flags &= ~TaskFlags.Withheld; // a completion task that is real now
            Touch(task);
            return;
        }

        stored.Payload ??= task.Type.Format!.WriteMessage(task.Message);
        stored.Number = tree.Stored!.NextTask++;
        stored.Parent = spawner?.Stored!.Number ?? TaskRow.None;
        stored.CreatedAt = ledger.Sequences.BirthOf(task);
        if (task is JoinRecord join)
        {
            stored.Flags |= join.IsFold ? TaskFlags.Join | TaskFlags.Fold : TaskFlags.Join;
            join.MadeAfter = tree.Ended;
        }

        task.Tree = tree;
        Touch(task);
    }

    /// <summary>A completion task comes with its tree, and becomes real when all others have ended.</summary>
    public void Withhold(TaskRecord completion, TreeRecord tree)
    {
        Add(completion, tree, null);
        completion.Stored!.Flags |= TaskFlags.Completion | TaskFlags.Withheld;
    }

    /// <summary>A task has changed in what a store knows of it.</summary>
    public void Touch(TaskRecord task)
    {
        if (task.Stored is { IsTouched: false } stored)
        {
            stored.IsTouched = true;
            _tasks.Add(task);
        }
    }

    /// <summary>A tree's counts have changed.</summary>
    public void Touch(TreeRecord tree)
    {
        if (tree.Stored is { IsTouched: false } stored)
        {
            stored.IsTouched = true;
            _trees.Add(tree);
        }
    }

    /// <summary>What a worker has has changed.</summary>
    public void Touch(WorkerRecord worker)
    {
        if (!worker.IsTouched)
        {
            worker.IsTouched = true;
            _workers.Add(worker);
        }
    }

    /// <summary>A task has ended, and its tree has counted it out.</summary>
    public void End(TaskRecord task, TreeRecord tree, Outcome outcome)
    {
        var stored = task.Stored!;
        stored.EndedAt = ledger.NowTicks;
        stored.EndedOrder = tree.Ended;
        stored.Outcome = outcome;
        stored.Flags |= outcome.Failure is { Kind: FailureKind.Quarantined } failure && failure.TaskId == task.Id ? TaskFlags.Quarantined : 0;
        Touch(task);
        Touch(tree);
    }

    /// <summary>A tree has ended.</summary>
    public void Close(TreeRecord tree)
    {
        tree.Stored!.EndedAt = ledger.NowTicks;
        _ended.Add(tree.Id);
        Touch(tree);
    }

    /// <summary>An inbox row has become a task, or was one already.</summary>
    public void Take(long inboxRow) => _taken.Add(inboxRow);

    /// <summary>The number of a tree whose rows come from elsewhere.</summary>
    public long TakeNumber() => _nextTree++;

    /// <summary>A tree whose rows come from elsewhere, and have been put into the ledger: they are written as they are, before whatever has changed since.</summary>
    public void Adopt(TreeRecord tree, List<TaskRow> rows)
    {
        _adopted.AddRange(rows);
        tree.Stored!.IsOpen = false;
        Touch(tree);
    }

    /// <summary>A fact is another one from now on.</summary>
    /// <param name="key">As in <see cref="FactRow.Key"/>.</param>
    /// <param name="value">JSON in UTF-8; null takes it back.</param>
    public void SetFact(string key, byte[]? value) => _facts[key] = value;

    /// <summary>Somebody has done something by hand.</summary>
    public void Audit(AuditRow row) => _audit.Add(row);

    /// <summary>A quarantined task is released: it is not listed any more.</summary>
    public void Release(TaskNumber task) => _released.Add(task);

    /// <summary>Whether a tree of that root has ended and is not known to be committed: the ledger does not tell of it any more, and the store may not yet.</summary>
    public bool HasEnded(TaskId root) => _ended.Contains(root) || _endedUnderWay.Contains(root);

    /// <summary>The batch that was taken last is committed, and nobody reads it any more.</summary>
    public void Committed(StoreBatch batch)
    {
        batch.Clear();
        _spare = batch;
        _endedUnderWay.Clear();
        ledger.Backlog?.Committed();
    }

    /// <summary>What has changed since the last batch.</summary>
    public StoreBatch TakeBatch()
    {
        var batch = _spare ?? new StoreBatch();
        _spare = null;
        batch.Number = ++_batch;
        foreach (var tree in _trees)
        {
            var stored = tree.Stored!;
            stored.IsTouched = false;
            if (stored.EndedAt == TaskRow.None && !stored.IsOpen)
            {
                stored.IsOpen = true;
                batch.Opened.Add(stored.Number);
            }
            else if (stored.EndedAt != TaskRow.None && stored.IsOpen)
            {
                stored.IsOpen = false;
                batch.Closed.Add(stored.Number);
            }

            if (tree.Root.Stored is not { IsTouched: true })
            {
                batch.Trees.Add(new TreeRow(stored.Number, CountsOf(tree), stored.EndedAt));
            }
        }

        foreach (var task in _tasks)
        {
            var stored = task.Stored!;
            var row = RowOf(task, stored);
            stored.IsTouched = false;
            if (stored.IsInStore)
            {
                batch.Changed.Add(row);
            }
            else
            {
                stored.IsInStore = true;
                batch.Added.Add(row);
                if (task.Tree!.Stored!.Stand == BacklogStand.Leaving)
                {
                    ledger.Backlog!.Written(task.Tree);
                }
            }

            if (task.HasMessage)
            {
                stored.Payload = null;
            }
        }

        foreach (var worker in _workers)
        {
            worker.IsTouched = false;
            batch.Running.Add(new RunningRow(worker.Id, TasksOf(worker)));
        }

        (_ended, _endedUnderWay) = (_endedUnderWay, _ended);
        ledger.Backlog?.Taken();
        batch.Added.InsertRange(0, _adopted);
        batch.Taken.AddRange(_taken);
        batch.Facts.AddRange(_facts.Select(static fact => new FactRow(fact.Key, fact.Value)));
        batch.Audit.AddRange(_audit);
        batch.Released.AddRange(_released);
        batch.NextTree = _nextTree;
        batch.LiveTrees = ledger.LiveTrees;
        batch.LiveTasks = ledger.Tally.Live;
        _tasks.Clear();
        _trees.Clear();
        _workers.Clear();
        _taken.Clear();
        _adopted.Clear();
        _facts.Clear();
        _audit.Clear();
        _released.Clear();
        return batch;
    }

    private TaskRow RowOf(TaskRecord task, StoredTask stored)
    {
        var tree = task.Tree!;
        var isRoot = stored.Number == 0;
        return new TaskRow
        {
            Tree = tree.Stored!.Number,
            Number = stored.Number,
            Id = task.Id,
            Parent = stored.Parent,
            Type = task.Type.Name,
            Payload = stored.Payload,
            Options = stored.IsInStore ? null : StoreJson.Write(task.Options, OwnPriorityOf(task), task.DuplicateOf),
            Flags = FlagsOf(task, stored),
            Join = task.Join?.Stored?.Number ?? TaskRow.None,
            Place = task.Join is null ? 0 : task.JoinIndex,
            State = StateOf(task, stored),
            DueAt = task.State == TaskState.Scheduled || task is { State: TaskState.Waiting, Unique: not null, DueAtTicks: > 0 } ? task.DueAtTicks : TaskRow.None,
            Attempt = task.State == TaskState.Running ? task.AttemptNumber - 1 : task.AttemptNumber,
            Losses = task.Losses,
            CreatedAt = stored.CreatedAt,
            EndedAt = stored.EndedAt,
            EndedOrder = stored.EndedOrder,
            Outcome = StoredOutcomes.BytesOf(task.Type, stored.Outcome),
            Joins = task is JoinRecord join ? JoinOf(join) : null,
            Counts = isRoot ? CountsOf(tree) : null,
            TreeEndedAt = isRoot ? tree.Stored.EndedAt : TaskRow.None,
        };
    }

    /// <summary>Where it is another than its type's: so that a task that comes back need not look for who spawned it.</summary>
    private static int? OwnPriorityOf(TaskRecord task) => task.Priority == (task.Type.Priority ?? TaskPriority.Default) ? null : task.Priority;

    /// <summary>That it runs, and which attempt it is, is told by what its worker has: so a run that is given back is as if it had never begun.</summary>
    private static TaskState StateOf(TaskRecord task, StoredTask stored) => stored.Flags.HasFlag(TaskFlags.Withheld) ? TaskState.Waiting
        : task.State == TaskState.Running ? TaskState.Ready
        : task.State;

    private static TaskFlags FlagsOf(TaskRecord task, StoredTask stored)
    {
        var flags = stored.Flags;
        if (task.State.IsTerminal())
        {
            return flags;
        }

        flags |= task.IsSuspect ? TaskFlags.Suspect : 0;
        flags |= task.Early is null ? 0 : TaskFlags.HasEarly;
        if (task is { State: TaskState.Running, Interruption: Interruption.Cancel })
        {
            flags |= task.PendingFailure switch
            {
                null => TaskFlags.Cancelled,
                { Kind: FailureKind.Deadline } => TaskFlags.Expired,
                _ => task.IsOverdue ? TaskFlags.Expired : 0, // fails again as it has
            };
        }

        return flags;
    }

    private static byte[] JoinOf(JoinRecord join) => StoreJson.Write(new StoredJoin
    {
        Policy = join.Policy.Kind.ToString(),
        Needed = join.Policy.Needed,
        Children = join.Children,
        After = join.MadeAfter,
        Folded = join.Folded,
        Taken = join.Taken,
        State = join.FoldState is { } state ? Encoding.UTF8.GetString(state as byte[] ?? join.Type.Format!.WriteFoldState(state)) : null,
    });

    /// <summary>Null for a tree that never had more than its root, runs no other one again and has nothing of its own: its row says it all.</summary>
    private byte[]? CountsOf(TreeRecord tree) => tree is { Stored: { NextTask: 1, Retries: null }, Pause: null, Terms: null } ? null : StoreJson.Write(new TreeCounts
    {
        Tasks = tree.Stored!.NextTask,
        Live = tree.Live - (tree.Stored.IsLoading ? 1 : 0), // without what keeps it from ending while its rows are read
        Succeeded = tree.Succeeded,
        Failed = tree.Failed,
        Cancelled = tree.Cancelled,
        UnjoinedFailures = tree.UnjoinedFailures,
        FirstUnjoinedFailure = tree.FirstUnjoinedFailure is { } first ? StoredFailure.Of(first) : null,
        IsCancelRequested = tree.IsCancelRequested,
        Pause = tree.Pause is { } pause ? StoredPause.Of(pause) : null,
        Terms = tree.Terms is { } terms ? StoredTerms.Of(terms, ledger.NowTicks) : null,
        State = tree.Stored.EndedAt == TaskRow.None ? null : tree.ToOutcome().State,
        RetryOf = tree.Stored.Retries?.Root.ToString(),
        Shift = tree.Stored.Retries?.Shift.ToString(),
    });

    private static RunningTask[]? TasksOf(WorkerRecord worker)
    {
        if (worker.Assignment is not { } assignment)
        {
            return null;
        }

        var tasks = new RunningTask[worker.Outstanding];
        var count = 0;
        foreach (var run in assignment.Tasks)
        {
            if (run.IsCurrent)
            {
                tasks[count++] = new RunningTask(run.Task.Tree!.Stored!.Number, run.Task.Stored!.Number, run.Attempt);
            }
        }

        return tasks;
    }
}
