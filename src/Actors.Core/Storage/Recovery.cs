using System.Text;
using Actors.Ledger;

namespace Actors.Storage;

/// <summary>
/// Puts what stands in a store back into a ledger, row by row, while the ledger works: a task is ready as soon as its row has been read, and a join decides
/// nothing before the whole tree has been.
/// </summary>
/// <remarks>
/// What can be derived is derived: what a join has got from its finished children's rows, what it decides of that by its policy. Belongs to the ledger's thread.
/// </remarks>
internal sealed class Recovery(TaskLedger ledger, Func<string, TaskType> typeOf, Backlog? backlog = null)
{
    private readonly List<Entry> _entries = [];
    private readonly List<Arrival> _arrivals = [];
    private readonly List<JoinRecord> _joins = [];
    private readonly List<JoinRecord> _deadJoins = [];
    private readonly List<(TaskRow Row, TaskRecord Task)> _early = [];
    private readonly List<TaskRecord> _ready = [];
    private readonly List<TaskRecord> _resting = [];
    private readonly List<(TaskRecord Task, bool IsCancelled)> _dead = [];
    private TreeRecord? _tree;
    private TreeCounts _counts = new();
    private long _live;

    /// <summary>Stands for a join that has ended while one of its children is still live: it takes no outcome.</summary>
    private JoinRecord? _endedJoin;

    /// <summary>How many live tasks have come back.</summary>
    public long Tasks { get; private set; }

    /// <summary>How many trees have come back.</summary>
    public long Trees { get; private set; }

    /// <summary>The names of types that this program has no handler for, with the number of live tasks of each.</summary>
    public Dictionary<string, long> Unknown { get; } = [];

    /// <summary>The next rows, in the order of tree and number.</summary>
    /// <exception cref="StoreException">They contradict each other: the store is damaged.</exception>
    public void Add(ReadOnlySpan<TaskRow> rows, DateTimeOffset now)
    {
        ledger.BeginStep(now);
        foreach (ref readonly var row in rows)
        {
            if (row.Number == 0)
            {
                EndTree();
                if (backlog?.Leaves(in row) == true)
                {
                    Trees++;
                    Tasks++;
                    continue;
                }

                BeginTree(in row);
            }
            else if (_tree is null || row.Tree != _tree.Stored!.Number || row.Number != _entries.Count)
            {
                throw new StoreException(
                    $"The store is damaged: after task {_entries.Count - 1} of tree {_tree?.Stored!.Number} comes task {row.Number} of tree {row.Tree}.");
            }

            AddRow(in row);
        }
    }

    /// <summary>There are no more rows.</summary>
    /// <exception cref="StoreException">The last tree is incomplete.</exception>
    public void Finish(DateTimeOffset now)
    {
        ledger.BeginStep(now);
        EndTree();
        backlog?.AllReturned();
        ledger.Uniques.EndReturn();
        ledger.Sequences.EndReturn();
    }

    private void BeginTree(in TaskRow row)
    {
        var counts = _counts = TreeCounts.Of(in row);
        var root = RecordOf(in row, null);
        _tree = new TreeRecord(root, null)
        {
            SubmittedAt = row.CreatedAt,
            Terms = counts.Terms?.ToTerms(),
            Stored = new StoredTree(row.Tree) { NextTask = counts.Tasks, IsOpen = true, IsLoading = true, Retries = counts.RetryOfId is { } retried ? new Retried(retried, counts.ShiftId) : null },
        };
        _tree.Restore(counts);
        _tree.BeginLoading(counts.Live);
        ledger.Restore(_tree);
        root.Tree = _tree;
        if (row.State.IsTerminal())
        {
            root.State = row.State;
            root.DuplicateOf = StoreJson.ReadDuplicateOf(in row);
            _tree.RootOutcome = StoredOutcomes.Of(in row, root.Type);
        }

        _entries.Clear();
        _live = 0;
        Trees++;
    }

    private void AddRow(in TaskRow row)
    {
        var tree = _tree!;
        if (row.State.IsTerminal())
        {
            AddEnded(in row);
            return;
        }

        var task = row.Number == 0 ? tree.Root : RecordOf(in row, row.Parent == TaskRow.None ? PathOf(0) : PathOf(row.Parent));
        if (row.Flags.HasFlag(TaskFlags.Withheld))
        {
            _entries.Add(new Entry(row.Id, TaskRow.None, null, null));
            task.Tree = tree;
            tree.Completion = task;
            return;
        }

        _entries.Add(new Entry(row.Id, row.Parent, task, null));
        _live++;
        Tasks++;
        Count(in row, task);
        if (row.Flags.HasFlag(TaskFlags.Suspect))
        {
            task.IsSuspect = true;
        }

        task.JoinIndex = row.Place;
        if (row.Join > row.Number)
        {
            _early.Add((row, task)); // its join comes later, and it must not end before that is known
            task.State = row.State; // that it is joining itself must be known to what it spawned early
            return;
        }

        if (row.Join != TaskRow.None)
        {
            task.Join = _entries[(int)row.Join].Live as JoinRecord ?? EndedJoin();
        }

        if (row.Flags.HasFlag(TaskFlags.Early) && row.Join == TaskRow.None && SpawnerOf(row.Parent) is { } spawner)
        {
            spawner.KeepEarly()[task.Id] = (task, null);
        }

        if (task is JoinRecord join)
        {
            join.Owner = _entries[(int)row.Parent].Live
                ?? throw new StoreException($"The store is damaged: join {row.Number} of tree {row.Tree} lives and its owner {row.Parent} does not.");
        }

        Place(in row, task);
    }

    /// <summary>Where it stands from now on.</summary>
    private void Place(in TaskRow row, TaskRecord task)
    {
        var tree = _tree!;
        var parent = LiveParentOf(row.Parent);
        var isCancelled = (row.Flags & (TaskFlags.Cancelled | TaskFlags.Expired)) != 0;
        if (row.Flags.HasFlag(TaskFlags.Expired) && tree.Terms is not null)
        {
            task.PendingFailure = TreeAlarms.FailureOf(tree);
        }

        if (task.Unique is { } unique)
        {
            task.DueAtTicks = row.DueAt == TaskRow.None ? 0 : row.DueAt;
            ledger.Uniques.Return(task, unique, row.State == TaskState.Waiting ? StoreJson.ReadDuplicateOf(in row) ?? default(TaskId) : null);
        }

        var join = task as JoinRecord;
        if (isCancelled || task.Losses >= ledger.Settings.WorkerLossesMax)
        {
            ledger.Restore(task, tree, parent, TaskState.Waiting);
            _dead.Add((task, isCancelled));
            if (join is not null)
            {
                _deadJoins.Add(join); // what it has got may fail it before it dies of its own
                join.IsDecided = isCancelled || (join.IsFold ? join.Taken > 0 : row.State != TaskState.Waiting);
            }

            return;
        }

        if (join is not null)
        {
            _joins.Add(join);
            join.IsDecided = !join.IsFold && row.State != TaskState.Waiting;
        }

        switch (row.State)
        {
            case TaskState.Ready when join is { IsFold: true }:
                ledger.Restore(task, tree, parent, TaskState.Waiting); // its step is taken again
                break;
            case TaskState.Ready:
                ledger.Restore(task, tree, parent, TaskState.Ready);
                if (join is not null || row.Flags.HasFlag(TaskFlags.HasEarly))
                {
                    _ready.Add(task); // once it is known what it joins, or what it has spawned
                }
                else
                {
                    ledger.PushReady(task);
                }

                break;
            case TaskState.Scheduled when join is not null || row.Flags.HasFlag(TaskFlags.HasEarly):
                task.DueAtTicks = row.DueAt;
                ledger.Restore(task, tree, parent, TaskState.Waiting); // likewise: it may be due before the last row has been read
                ledger.Sequences.Enter(task); // it has fired before
                _resting.Add(task);
                break;
            case TaskState.Scheduled:
                task.DueAtTicks = row.DueAt;
                ledger.Restore(task, tree, parent, TaskState.Scheduled);
                break;
            default:
                ledger.Restore(task, tree, parent, row.State);
                break;
        }
    }

    private void AddEnded(in TaskRow row)
    {
        _entries.Add(new Entry(row.Id, row.Parent, null, null));
        var isEarly = row.Flags.HasFlag(TaskFlags.Early) && row.Join == TaskRow.None && SpawnerOf(row.Parent) is not null;
        var isJoined = row.Join != TaskRow.None && (row.Join > row.Number || _entries[(int)row.Join].Live is JoinRecord);
        if (!isEarly && !isJoined)
        {
            return;
        }

        var outcome = StoredOutcomes.Of(in row, typeOf(row.Type));
        if (isJoined)
        {
            _arrivals.Add(new Arrival(row.Join, row.Place, row.EndedOrder, outcome));
        }
        else
        {
            var child = RecordOf(in row, PathOf(row.Parent));
            child.Tree = _tree;
            child.State = row.State;
            Count(in row, child);
            (child.Stored!.EndedAt, child.Stored.EndedOrder, child.Stored.Outcome) = (row.EndedAt, row.EndedOrder, outcome);
            SpawnerOf(row.Parent)!.KeepEarly()[row.Id] = (child, outcome);
        }
    }

    /// <summary>A run that died with its process was counted when it began, and is none for the retry policy.</summary>
    private static void Count(in TaskRow row, TaskRecord task)
    {
        task.Attempt = row.Attempt - row.Losses;
        if (row.Losses > 0)
        {
            task.Losses = row.Losses;
        }
    }

    private void EndTree()
    {
        if (_tree is not { } tree)
        {
            return;
        }

        if (_live != _counts.Live || _entries.Count != _counts.Tasks)
        {
            throw new StoreException(
                $"The store is damaged: tree {tree.Id} counts {_counts.Tasks} task(s), {_counts.Live} of them live, and {_entries.Count} stand there, {_live} live.");
        }

        foreach (var (row, task) in _early)
        {
            task.Join = row.Join < _entries.Count ? _entries[(int)row.Join].Live as JoinRecord ?? EndedJoin()
                : throw new StoreException($"The store is damaged: task {row.Number} of tree {row.Tree} feeds join {row.Join}, which is missing.");
            Place(in row, task);
        }

        tree.Stored!.IsLoading = false;
        foreach (var task in _ready)
        {
            if (task.State == TaskState.Ready)
            {
                ledger.PushReady(task); // before a join is decided, which may cancel it: what is ready is counted
            }
        }

        FeedJoins();
        DecideJoins();
        foreach (var task in _resting)
        {
            if (!task.State.IsTerminal())
            {
                ledger.Rest(task);
            }
        }

        _dead.Sort(static (one, other) => one.Task.Stored!.Number.CompareTo(other.Task.Stored!.Number)); // of several the oldest is the first to fail its join
        foreach (var (task, isCancelled) in _dead)
        {
            EndDead(task, isCancelled);
        }

        ledger.Alarms.Expire(tree, tree.Live - 1); // its deadline passed meanwhile
        tree.EndLoading();
        if (tree.Live == 0)
        {
            ledger.Endings.EndTree(tree);
        }

        backlog?.Returned(tree);
        _arrivals.Clear();
        _joins.Clear();
        _deadJoins.Clear();
        _early.Clear();
        _ready.Clear();
        _resting.Clear();
        _dead.Clear();
        _tree = null;
    }

    /// <summary>Cancel wins: what was cancelled while it ran is cancelled, however often it died.</summary>
    private void EndDead(TaskRecord task, bool isCancelled)
    {
        if (task.State.IsTerminal())
        {
            return;
        }

        if (isCancelled)
        {
            ledger.Endings.End(task, task.PendingFailure is { } pending ? task.Type.Failed(pending) : task.Type.Cancelled);
            return;
        }

        var failure = Attempts.NewFailure(
            task, FailureKind.Quarantined, $"The process died {task.Losses} time(s) while it ran this task: it is not run again.");
        ledger.Effects.Add(new AttemptFailed(task, task.AttemptNumber, failure, TimeSpan.Zero, null));
        ledger.Endings.GiveUp(task, failure);
    }

    /// <summary>
    /// Hands each join what has arrived, in the order in which it did: what had ended before the join was made by its place, all else by the order of ending.
    /// What came while the tree was being read is the newest.
    /// </summary>
    private void FeedJoins()
    {
        if (_joins.Count + _deadJoins.Count == 0)
        {
            return;
        }

        var byJoin = _arrivals.ToLookup(static arrival => arrival.Join);
        foreach (var join in _joins.Concat(_deadJoins))
        {
            var (fresh, freshFailure) = (join.Arrived, join.FirstFailure);
            (join.Arrived, join.FirstFailure) = (null, null);
            var after = join.MadeAfter;
            var old = byJoin[join.Stored!.Number]
                .OrderBy(arrival => arrival.Order <= after ? 0 : arrival.Order)
                .ThenBy(static arrival => arrival.Place)
                .Take(join.Taken == 0 ? int.MaxValue : join.Taken); // what ended since it was decided early was cancelled by it
            foreach (var arrival in old)
            {
                Endings.Take(join, arrival.Place, arrival.Outcome);
            }

            join.FirstFailure ??= freshFailure;
            for (var folded = 0L; folded < join.Folded; folded++)
            {
                if (join.Arrived is null || !join.Arrived.TryDequeue(out _))
                {
                    throw new StoreException($"The store is damaged: fold {join.Id} of tree {_tree!.Id} has folded more outcomes than there are.");
                }
            }

            foreach (var outcome in fresh ?? [])
            {
                (join.Arrived ??= new()).Enqueue(outcome);
            }
        }

        foreach (var join in _joins)
        {
            Resume(join);
        }
    }

    /// <summary>Those that were made while the tree was being read are in none of its rows.</summary>
    private void DecideJoins()
    {
        foreach (var join in _tree!.Stored!.Undecided ?? [])
        {
            ledger.Endings.Decide(join);
        }

        _tree.Stored.Undecided = null;
    }

    private void Resume(JoinRecord join)
    {
        if (join is { IsFold: true } && _resting.Contains(join))
        {
            join.IsDecided = join.Policy.Judge(join.Children, join.Succeeded, join.NotSucceeded) == JoinVerdict.Fire;
            ledger.Endings.TakeStep(join);
        }
        else if (join.State == TaskState.Waiting && !join.IsDecided)
        {
            ledger.Endings.Decide(join);
        }
        else if (!join.IsFold)
        {
            for (var place = 0; place < join.Children; place++)
            {
                join.Outcomes![place] ??= join.Type.Cancelled; // decided before it had ended: it was cancelled
            }
        }
    }

    private TaskRecord RecordOf(in TaskRow row, TaskPath? parentPath)
    {
        var type = typeOf(row.Type);
        if (type.Pool == TaskType.Nowhere && !row.State.IsTerminal())
        {
            Unknown[row.Type] = Unknown.GetValueOrDefault(row.Type) + 1;
        }

        var stored = new StoredTask(row.Payload)
        {
            Number = row.Number,
            Parent = row.Parent,
            Flags = row.Flags & (TaskFlags.Join | TaskFlags.Fold | TaskFlags.Completion | TaskFlags.Early | TaskFlags.Withheld),
            CreatedAt = row.CreatedAt,
            IsInStore = true,
        };
        var options = row.Options is null ? null : StoreJson.ReadOptions(row.Options);
        var record = row.Joins is null ? new TaskRecord(row.Id, type, null, parentPath, options) { Stored = stored } : JoinOf(in row, type, parentPath, options, stored);
        record.SetPriority(options?.Priority ?? TaskPriority.Default);
        return record;
    }

    private static JoinRecord JoinOf(in TaskRow row, TaskType type, TaskPath? parentPath, SpawnOptions? options, StoredTask stored)
    {
        var join = StoreJson.ReadJoin(row.Joins!);
        return new JoinRecord(row.Id, type, null, parentPath, PolicyOf(join), join.Children, row.Flags.HasFlag(TaskFlags.Fold), options)
        {
            Stored = stored,
            MadeAfter = join.After,
            Folded = join.Folded,
            Taken = join.Taken,
            FoldState = join.State is null ? null : Encoding.UTF8.GetBytes(join.State), // read by the step that goes on with it
        };
    }

    private static JoinPolicy PolicyOf(StoredJoin join) => join.Policy switch
    {
        nameof(JoinPolicy.Rule.All) => JoinPolicy.All,
        nameof(JoinPolicy.Rule.Collect) => JoinPolicy.Collect,
        nameof(JoinPolicy.Rule.Quorum) => JoinPolicy.Quorum(join.Needed),
        _ => throw new StoreException($"The store is damaged, or of a newer version: no join policy is called '{join.Policy}'."),
    };

    /// <summary>Who may yet make a join of what it spawned early.</summary>
    private TaskRecord? SpawnerOf(long number) =>
        number != TaskRow.None && _entries[(int)number].Live is { } spawner && spawner.State != TaskState.Joining ? spawner : null;

    private LiveParent LiveParentOf(long number)
    {
        while (number != TaskRow.None)
        {
            var entry = _entries[(int)number];
            if (entry.Live is { } live && !live.State.IsTerminal())
            {
                return live;
            }

            number = entry.Parent;
        }

        return _tree!;
    }

    /// <summary>The path of a task, live or not: made once, from the nearest one above that has been made.</summary>
    private TaskPath PathOf(long number)
    {
        var missing = new Stack<long>();
        TaskPath? path = null;
        for (var step = number; step != TaskRow.None; step = _entries[(int)step].Parent)
        {
            path = _entries[(int)step].Path;
            if (path is null && _entries[(int)step].Live is { } live)
            {
                path = live.Path;
                _entries[(int)step] = _entries[(int)step] with { Path = path };
            }

            if (path is not null)
            {
                break;
            }

            missing.Push(step);
        }

        while (missing.TryPop(out var step))
        {
            var entry = _entries[(int)step];
            path = path?.Child(entry.Id) ?? (step == 0 ? TaskPath.Root(entry.Id) : PathOf(0).Child(entry.Id)); // below a completion task
            _entries[(int)step] = entry with { Path = path };
        }

        return path!;
    }

    private JoinRecord EndedJoin() => _endedJoin ??= new JoinRecord(default, _tree!.Root.Type, null, null, JoinPolicy.All, 0, false)
    {
        IsDecided = true,
        State = TaskState.Succeeded,
    };

    private readonly record struct Entry(TaskId Id, long Parent, TaskRecord? Live, TaskPath? Path);

    private readonly record struct Arrival(long Join, int Place, long Order, Outcome Outcome);
}
