using Actors.Ledger;

namespace Actors.Storage;

/// <summary>
/// Roots that wait in the store and nowhere else, so that what is pending beyond a bound costs no memory. By type and priority: the first come are loaded, the others
/// follow when enough of those have started.
/// </summary>
/// <remarks>
/// Only a root waits so that is ready, has nothing of its own but its message and options, and may start whenever a worker is free: what rests, is the only one with its key,
/// stands in line for a limit, or has a deadline or a budget is always loaded. Pure, like <see cref="RootQuestions"/>: whoever holds it carries its question to the store, behind
/// the batch that was taken last, and the answer back. One thread at a time.
/// </remarks>
/// <param name="ledger">The ledger.</param>
/// <param name="journal">Its journal.</param>
/// <param name="typeOf">The type of a name.</param>
/// <param name="loadedMax">How many of one type and priority are loaded and have not started, at most.</param>
internal sealed class Backlog(TaskLedger ledger, Journal journal, Func<string, TaskType> typeOf, int loadedMax)
{
    /// <summary>Roots that are asked for at once.</summary>
    public const int WindowMax = 4096;

    private readonly Dictionary<(TaskType Type, int Priority), Shelf> _shelves = [];
    private readonly HashSet<TaskId> _kept = [];
    private readonly Dictionary<TaskId, object> _waiters = [];
    private List<TreeRecord> _leaving = [];
    private List<TreeRecord> _leavingUnderWay = [];
    private long _limit; // of the trees from here on the recovery has not told yet
    private bool _isAsked;

    /// <summary>How many roots are not loaded.</summary>
    public long Away { get; private set; }

    /// <summary>Who awaits trees that are not loaded.</summary>
    public IEnumerable<object> Waiters => _waiters.Values;

    /// <summary>Somebody awaits a tree whose root waits in the store.</summary>
    /// <param name="root">The root.</param>
    /// <param name="with">Who, with who does already; null where nobody does.</param>
    public void Await(TaskId root, Func<object?, object> with) => _waiters[root] = with(_waiters.GetValueOrDefault(root));

    /// <summary>How many roots like that one wait in the store.</summary>
    public long CountLike(in TaskRow row) => ShelfOf(in row).Count;

    /// <summary>That root is always loaded.</summary>
    public void Keep(TaskId root) => _kept.Add(root);

    /// <summary>A new tree: decides where its root waits. Before the root is registered.</summary>
    public void Place(TreeRecord tree)
    {
        if (!MayWait(tree))
        {
            return;
        }

        tree.Root.SetPriority(TaskPriority.Default);
        var shelf = ShelfOf(tree.Root);
        if (shelf.Count == 0 && shelf.Loaded < loadedMax)
        {
            shelf.Loaded++;
            tree.Stored!.Stand = BacklogStand.Loaded;
            return;
        }

        tree.Stored!.Stand = BacklogStand.Leaving;
        shelf.From = shelf.Count == 0 ? tree.Stored.Number : shelf.From;
        shelf.Count++;
    }

    /// <summary>Its row is in the batch that is being taken: once that is committed it is kept in the store alone.</summary>
    public void Written(TreeRecord tree) => _leaving.Add(tree);

    /// <summary>A batch has been taken.</summary>
    public void Taken() => (_leaving, _leavingUnderWay) = (_leavingUnderWay, _leaving);

    /// <summary>The batch that was taken last is committed.</summary>
    public void Committed()
    {
        foreach (var tree in _leavingUnderWay)
        {
            var root = tree.Root;
            if (tree.Stored is not { Stand: BacklogStand.Leaving } stored)
            {
                continue; // has ended since
            }

            if (stored.IsTouched || root.Stored!.IsTouched)
            {
                Load(tree, ShelfOf(root)); // something has been done to it that no row tells yet
                ledger.PushReady(root);
                continue;
            }

            if (tree.Listener is { } waiter && (waiter as ITreeWaiter)?.TryLetGo() != true)
            {
                _waiters.Add(tree.Id, waiter);
            }

            ledger.Forget(tree);
            Away++;
        }

        _leavingUnderWay.Clear();
    }

    /// <summary>A task ends.</summary>
    /// <returns>Whether it was ready, and stood in no queue.</returns>
    public bool Drop(TaskRecord task)
    {
        var stored = task.Tree!.Stored!;
        var stand = stored.Stand;
        stored.Stand = BacklogStand.None;
        switch (stand)
        {
            case BacklogStand.Loaded:
                ShelfOf(task.Tree.Root).Loaded--;
                return false;
            case BacklogStand.Leaving:
                ShelfOf(task.Tree.Root).Count--;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A task has run.</summary>
    public void Started(TaskRecord task)
    {
        if (task.Tree!.Stored is { Stand: BacklogStand.Loaded } stored)
        {
            stored.Stand = BacklogStand.None;
            ShelfOf(task.Tree.Root).Loaded--; // the task may be one that it has spawned early
        }
    }

    /// <summary>The recovery has come to a tree: of those before it, all has been told.</summary>
    /// <returns>Whether its root is left in the store, and was the only task of it.</returns>
    public bool Leaves(in TaskRow root)
    {
        _limit = root.Tree;
        if (!MayWait(in root))
        {
            return false;
        }

        var shelf = ShelfOf(in root);
        if (shelf.Count == 0 && shelf.Loaded < loadedMax)
        {
            return false;
        }

        shelf.From = shelf.Count == 0 ? root.Tree : shelf.From;
        shelf.Count++;
        Away++;
        ledger.CountAway(typeOf(root.Type));
        return true;
    }

    /// <summary>A tree has come back whole.</summary>
    public void Returned(TreeRecord tree)
    {
        if (tree is { Live: 1, Root: { State: TaskState.Ready, AttemptNumber: 0, IsSuspect: false }, Stored.NextTask: 1 } && MayWait(tree))
        {
            tree.Stored.Stand = BacklogStand.Loaded;
            ShelfOf(tree.Root).Loaded++;
        }
    }

    /// <summary>The recovery is over.</summary>
    public void AllReturned()
    {
        _limit = long.MaxValue;
        _kept.Clear();
    }

    /// <summary>Whether it is one that waits in the store.</summary>
    /// <param name="root">The root of a live tree, as the store answers a question that was asked behind the batch that was taken last.</param>
    public bool IsWaiting(in TaskRow root) => root.Tree < _limit && ledger.FindTree(root.Id) is null && !journal.HasEnded(root.Id);

    /// <summary>Loads one out of its turn: somebody is about to do something to it.</summary>
    /// <returns>Its tree.</returns>
    /// <exception cref="StoreException">It is none that waits so: the store is damaged.</exception>
    public TreeRecord Load(in TaskRow row)
    {
        if (!MayWait(in row))
        {
            throw new StoreException($"The store is damaged: root {row.Id} of tree {row.Tree} is live there, and it was not when the store was opened.");
        }

        var type = typeOf(row.Type);
        var options = row.Options is null ? null : StoreJson.ReadOptions(row.Options);
        var root = new TaskRecord(row.Id, type, null, null, options)
        {
            Stored = new StoredTask(row.Payload) { Number = 0, CreatedAt = row.CreatedAt, IsInStore = true },
        };
        root.SetPriority(TaskPriority.Default);
        var tree = new TreeRecord(root, null)
        {
            SubmittedAt = row.CreatedAt,
            Stored = new StoredTree(row.Tree) { NextTask = 1, IsOpen = true },
        };
        if (_waiters.Remove(row.Id, out var waiter))
        {
            tree.Listener = waiter;
        }

        Away--;
        Load(tree, ShelfOf(root));
        ledger.Return(tree);
        return tree;
    }

    /// <summary>What is to be read next; null where nothing is.</summary>
    public RootWindow? TakeQuestion()
    {
        if (_isAsked || Away == 0 || ledger.Mode != DispatchMode.Open)
        {
            return null;
        }

        var last = Math.Min(_limit, journal.NextTree);
        var from = long.MaxValue;
        foreach (var shelf in _shelves.Values)
        {
            if (shelf.Count > 0 && shelf.Loaded <= loadedMax / 2 && shelf.From < Math.Min(from, last) && !IsPaused(shelf.Type))
            {
                from = shelf.From;
            }
        }

        if (from == long.MaxValue)
        {
            return null;
        }

        _isAsked = true;
        return WindowFrom(from);
    }

    /// <summary>Live roots from a tree on, among them those that wait in the store, to be asked for behind the batch that was taken last.</summary>
    public RootWindow WindowFrom(long tree) => new(tree, journal.NextTree, WindowMax);

    /// <summary>The store's answer.</summary>
    /// <param name="window">What was asked.</param>
    /// <param name="rows">Live roots from there on, in the order of their trees.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="StoreException">The store is damaged.</exception>
    public void Answer(RootWindow window, IReadOnlyList<TaskRow> rows, DateTimeOffset now)
    {
        ledger.BeginStep(now);
        _isAsked = false;
        foreach (var row in rows)
        {
            if (!IsWaiting(in row))
            {
                continue;
            }

            var shelf = ShelfOf(in row);
            if (shelf.IsPassed || shelf.From < window.From)
            {
                continue; // others of it come before
            }

            if (shelf.Loaded < loadedMax && !IsPaused(shelf.Type))
            {
                Load(in row);
            }
            else
            {
                shelf.IsPassed = true;
                shelf.From = row.Tree;
            }
        }

        foreach (var shelf in _shelves.Values)
        {
            if (!shelf.IsPassed && shelf.From >= window.From)
            {
                shelf.From = Math.Max(shelf.From, Math.Min(window.After(rows), _limit));
            }

            shelf.IsPassed = false;
        }
    }

    private bool MayWait(in TaskRow row) =>
        row is { Number: 0, State: TaskState.Ready, Flags: 0, Attempt: 0, Losses: 0, Join: TaskRow.None, Counts: null }
        && MayWait(typeOf(row.Type), row.Id)
        && (row.Options is null || StoreJson.ReadOptions(row.Options).Unique is null);

    private bool MayWait(TreeRecord tree) =>
        tree is { Terms: null, Completion: null, Pause: null, Root: { Options: var options } root }
        && MayWait(root.Type, tree.Id)
        && (options is null || options.Unique is null && (options.DueAt?.UtcTicks ?? ledger.After(options.Delay)) <= ledger.NowTicks);

    private bool MayWait(TaskType type, TaskId root) => type is { Gates: null, Pool: not TaskType.Nowhere } && !_kept.Contains(root);

    private bool IsPaused(TaskType type) => type.Pause is not null || ledger.Pools[type.Pool].Pause is not null;

    private static void Load(TreeRecord tree, Shelf shelf)
    {
        tree.Stored!.Stand = BacklogStand.Loaded;
        shelf.Count--;
        shelf.Loaded++;
    }

    private Shelf ShelfOf(TaskRecord root) => ShelfOf(root.Type, root.Priority);

    private Shelf ShelfOf(in TaskRow row)
    {
        var type = typeOf(row.Type);
        return ShelfOf(type, (row.Options is null ? null : StoreJson.ReadOptions(row.Options).Priority) ?? type.Priority ?? TaskPriority.Default);
    }

    private Shelf ShelfOf(TaskType type, int priority)
    {
        if (!_shelves.TryGetValue((type, priority), out var shelf))
        {
            _shelves.Add((type, priority), shelf = new Shelf(type));
        }

        return shelf;
    }

    /// <summary>The roots of one type and priority.</summary>
    private sealed class Shelf(TaskType type)
    {
        public TaskType Type { get; } = type;

        /// <summary>How many wait in the store, or are about to.</summary>
        public long Count { get; set; }

        /// <summary>No tree before this one has its root waiting there.</summary>
        public long From { get; set; }

        /// <summary>How many are loaded and have not started.</summary>
        public int Loaded { get; set; }

        /// <summary>Whether one of it was not loaded in this window, so that those behind it are not either.</summary>
        public bool IsPassed { get; set; }
    }
}

/// <summary>Where a root stands that may wait in the store alone.</summary>
internal enum BacklogStand : byte
{
    /// <summary>It is none, or has started.</summary>
    None,

    /// <summary>It is loaded, and has not started.</summary>
    Loaded,

    /// <summary>It stands in no queue, and is forgotten once its row is committed.</summary>
    Leaving,
}

/// <summary>Live roots to be read from the store.</summary>
/// <param name="From">The first tree.</param>
/// <param name="Before">The first tree that is not meant.</param>
/// <param name="CountMax">How many at most.</param>
internal sealed record RootWindow(long From, long Before, int CountMax)
{
    /// <summary>Where to go on behind what was read.</summary>
    public long After(IReadOnlyList<TaskRow> rows) => rows.Count < CountMax ? Before : rows[^1].Tree + 1;
}

/// <summary>Whoever awaits a tree.</summary>
internal interface ITreeWaiter
{
    /// <summary>Its root waits in the store from now on.</summary>
    /// <returns>Whether it need not be told what becomes of the tree, and asks if somebody should want to know.</returns>
    bool TryLetGo();
}
