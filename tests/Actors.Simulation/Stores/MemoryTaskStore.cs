using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>A store that is no more durable than its <see cref="MemoryPlace"/>: for tests, and for what plays with crashes in virtual time.</summary>
internal sealed class MemoryTaskStore(MemoryPlace place) : ITaskStore
{
    private long _epoch;

    public string Name => "memory for tests";

    public StoreOpening Open(string owner, bool takeOver)
    {
        if (!place.TryHold(this, takeOver))
        {
            throw new StoreException($"The store is in use by {place.State?.Owner}. Stop that process, or take the store over.");
        }

        return place.Change(StoreCall.Open, state =>
        {
            var next = state.Opened(owner, out var suspects);
            _epoch = next.Epoch;
            return (next, new StoreOpening
            {
                Epoch = next.Epoch,
                NextTree = next.NextTree,
                LiveTrees = next.Live.Count + place.Miscount,
                LiveTasks = next.LiveTasks,
                Suspects = suspects,
                Facts = [.. next.Facts.Select(static fact => new FactRow(fact.Key, fact.Value))],
            });
        });
    }

    public void Commit(StoreBatch batch) => place.Change(StoreCall.Commit, state => (Mine(state).With(batch), true));

    public long Reconnect() => Mine(place.Read(StoreCall.Reconnect)).Batch;

    public ITaskReader ReadLiveTrees(long before)
    {
        var state = place.Read(StoreCall.ReadLiveTrees);
        return new Reader(place, state.Live.TakeWhile(tree => tree < before).SelectMany(tree => state.Trees[tree]));
    }

    public ITaskReader ReadAll() => new Reader(place, place.Read(StoreCall.ReadAll).Trees.Values.SelectMany(static tree => tree));

    public IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids)
    {
        var state = place.Read(StoreCall.Find);
        return [.. ids.Where(state.Roots.ContainsKey).Select(id => state.Trees[state.Roots[id]][0])];
    }

    public IReadOnlyList<TaskRow> ReadRoots(RootWindow window)
    {
        var state = place.Read(StoreCall.Find);
        return [.. state.Live.Where(tree => tree >= window.From && tree < window.Before).Take(window.CountMax).Select(tree => state.Trees[tree][0])];
    }

    public TaskRow? Find(TaskId root, TaskId id) =>
        ReadTree(root).Where(row => row.Id == id).Select(static row => (TaskRow?)row).FirstOrDefault();

    public IReadOnlyList<InboxRow> ReadInbox(int countMax) => [.. place.Read(StoreCall.ReadInbox).Inbox.Values.Take(countMax)];

    public IReadOnlyList<FactRow> ReadFacts(string prefix) =>
    [
        .. place.Read(StoreCall.Administer).Facts.Where(fact => fact.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static fact => new FactRow(fact.Key, fact.Value)),
    ];

    public IReadOnlyList<AuditRow> ReadAudit(long before, int countMax) =>
        [.. place.Read(StoreCall.Administer).Audit.Where(entry => entry.Number < before).Reverse().Take(countMax)];

    public IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax) =>
    [
        .. place.Read(StoreCall.Administer).Trees.Values.SelectMany(static tree => tree)
            .Where(row => row.Flags.HasFlag(TaskFlags.Quarantined) && (row.Tree, row.Number).CompareTo((after.Tree, after.Number)) > 0).Take(countMax),
    ];

    public IReadOnlyList<TaskRow> ReadTree(TaskId root)
    {
        var state = place.Read(StoreCall.Find);
        return state.Roots.TryGetValue(root, out var tree) ? state.Trees[tree] : [];
    }

    public PruneStep Prune(PruneRule rule, int rowsMax) => place.Change(StoreCall.Prune, state =>
    {
        var next = Mine(state).Pruned(rule, rowsMax, out var step);
        return (next, step);
    });

    public StoreInfo Info()
    {
        var state = place.Read(StoreCall.Administer);
        return new StoreInfo(1, state.Epoch, state.Owner, place.IsInUse, state.LiveTrees, state.LiveTasks, 0);
    }

    public void Dispose() => place.Leave(this);

    private MemoryState Mine(MemoryState state) => state.Epoch == _epoch
        ? state
        : throw new StoreFencedException("Another process has taken over the store: this one must not write to it any more.");

    private sealed class Reader(MemoryPlace place, IEnumerable<TaskRow> rows) : ITaskReader
    {
        private readonly IEnumerator<TaskRow> _rows = rows.GetEnumerator();

        public int Read(Span<TaskRow> window)
        {
            place.Read(StoreCall.ReadWindow);
            var count = 0;
            while (count < window.Length && _rows.MoveNext())
            {
                window[count++] = _rows.Current;
            }

            return count;
        }

        public void Dispose() => _rows.Dispose();
    }
}
