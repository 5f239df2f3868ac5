using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>What becomes of the next commit.</summary>
internal enum Fate
{
    /// <summary>It is written.</summary>
    Written,

    /// <summary>The store cannot be reached: nothing is written, and it cannot be asked either.</summary>
    Away,

    /// <summary>It fails before anything is written.</summary>
    FailsBefore,

    /// <summary>It is written, and fails then: whoever wrote it does not know.</summary>
    FailsAfter,
}

/// <summary>A store over a disk that lies in memory. What becomes of a commit is said beforehand; whoever opens the disk next fences it off.</summary>
internal sealed class SimulatedStore(Disk disk) : ITaskStore
{
    private long _epoch;

    public string Name => "simulated";

    public Fate Next { get; set; }

    /// <summary>What stands there at this moment of the roots of live trees.</summary>
    public IEnumerable<TaskRow> LiveRoots => disk.Live.Select(tree => disk.Rows[(tree, 0)]);

    public StoreOpening Open(string owner, bool takeOver)
    {
        var opening = disk.Open();
        _epoch = opening.Epoch;
        return opening;
    }

    public void Commit(StoreBatch batch)
    {
        if (Next is Fate.Away or Fate.FailsBefore)
        {
            throw new IOException($"{Next}");
        }

        ThrowIfFenced();
        disk.Write(batch);
        if (Next == Fate.FailsAfter)
        {
            throw new IOException($"{Next}");
        }
    }

    public long Reconnect()
    {
        if (Next == Fate.Away)
        {
            throw new IOException($"{Next}");
        }

        ThrowIfFenced();
        return disk.Batch;
    }

    public ITaskReader ReadLiveTrees(long before) => new Reader([.. disk.Rows.Values.Where(row => row.Tree < before && disk.Live.Contains(row.Tree))]);

    public ITaskReader ReadAll() => new Reader([.. disk.Rows.Values]);

    public IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids) => [.. disk.Rows.Values.Where(row => row.Number == 0 && ids.Contains(row.Id))];

    public IReadOnlyList<TaskRow> ReadRoots(RootWindow window) =>
        [.. disk.Live.Where(tree => tree >= window.From && tree < window.Before).Take(window.CountMax).Select(tree => disk.Rows[(tree, 0)])];

    public TaskRow? Find(TaskId root, TaskId id)
    {
        foreach (var row in ReadTree(root))
        {
            if (row.Id == id)
            {
                return row;
            }
        }

        return null;
    }

    public IReadOnlyList<InboxRow> ReadInbox(int countMax) => [];

    public IReadOnlyList<FactRow> ReadFacts(string prefix) =>
        [.. disk.Facts.Where(fact => fact.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static fact => new FactRow(fact.Key, fact.Value))];

    public IReadOnlyList<AuditRow> ReadAudit(long before, int countMax) => [.. disk.Audit.Where(row => row.Number < before).Reverse().Take(countMax)];

    public IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax) =>
    [
        .. disk.Rows
            .Where(row => row.Key.CompareTo((after.Tree, after.Number)) > 0 && row.Value.Flags.HasFlag(TaskFlags.Quarantined))
            .Select(static row => row.Value).Take(countMax)
    ];

    public IReadOnlyList<TaskRow> ReadTree(TaskId root) => disk.Root(root) is { } first ? [.. disk.Rows.Values.Where(row => row.Tree == first.Tree)] : [];

    public PruneStep Prune(PruneRule rule, int rowsMax) => new(TaskRow.None, 0, 0);

    public StoreInfo Info() => new(1, disk.Epoch, "simulated", false, disk.Live.Count, disk.LiveTasks, 0);

    public void Dispose()
    {
    }

    private void ThrowIfFenced()
    {
        if (_epoch != disk.Epoch)
        {
            throw new StoreFencedException("Somebody else has opened the simulated store.");
        }
    }

    private sealed class Reader(TaskRow[] rows) : ITaskReader
    {
        private int _next;

        public int Read(Span<TaskRow> window)
        {
            var count = Math.Min(window.Length, rows.Length - _next);
            rows.AsSpan(_next, count).CopyTo(window);
            _next += count;
            return count;
        }

        public void Dispose()
        {
        }
    }
}
