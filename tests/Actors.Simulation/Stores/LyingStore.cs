using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>A store that tells the truth. A planted fault overrides one of its ways: what the engine would write or read wrongly, were it wrong.</summary>
internal abstract class LyingStore(ITaskStore real) : ITaskStore
{
    public string Name => Real.Name;

    protected ITaskStore Real { get; } = real;

    public virtual StoreOpening Open(string owner, bool takeOver) => Real.Open(owner, takeOver);

    public virtual void Commit(StoreBatch batch) => Real.Commit(batch);

    public virtual long Reconnect() => Real.Reconnect();

    public ITaskReader ReadLiveTrees(long before) => new Altered(Real.ReadLiveTrees(before), Alter);

    public ITaskReader ReadAll() => Real.ReadAll();

    public virtual IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids) => Real.FindRoots(ids);

    public virtual IReadOnlyList<TaskRow> ReadRoots(RootWindow window) => Real.ReadRoots(window);

    public TaskRow? Find(TaskId root, TaskId id) => Real.Find(root, id);

    public IReadOnlyList<InboxRow> ReadInbox(int countMax) => Real.ReadInbox(countMax);

    public IReadOnlyList<FactRow> ReadFacts(string prefix) => Real.ReadFacts(prefix);

    public IReadOnlyList<AuditRow> ReadAudit(long before, int countMax) => Real.ReadAudit(before, countMax);

    public IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax) => Real.ReadQuarantined(after, countMax);

    public IReadOnlyList<TaskRow> ReadTree(TaskId root) => Real.ReadTree(root);

    public virtual PruneStep Prune(PruneRule rule, int rowsMax) => Real.Prune(rule, rowsMax);

    public StoreInfo Info() => Real.Info();

    public void Dispose() => Real.Dispose();

    /// <summary>What the recovery reads in place of a row.</summary>
    protected virtual TaskRow Alter(TaskRow row) => row;

    private sealed class Altered(ITaskReader real, Func<TaskRow, TaskRow> alter) : ITaskReader
    {
        public int Read(Span<TaskRow> window)
        {
            var count = real.Read(window);
            foreach (ref var row in window[..count])
            {
                row = alter(row);
            }

            return count;
        }

        public void Dispose() => real.Dispose();
    }
}

/// <summary>The batch is another one by the time it is written.</summary>
internal sealed class AltersBatches(ITaskStore real, Action<StoreBatch> alter) : LyingStore(real)
{
    public override void Commit(StoreBatch batch)
    {
        alter(batch);
        base.Commit(batch);
    }
}

/// <summary>The recovery reads other rows than stand there.</summary>
internal sealed class AltersRows(ITaskStore real, Func<TaskRow, TaskRow> alter) : LyingStore(real)
{
    protected override TaskRow Alter(TaskRow row) => alter(row);
}

/// <summary>What became of a commit is told wrongly.</summary>
internal sealed class LiesAfterReconnect(ITaskStore real, Func<long, long> lie) : LyingStore(real)
{
    public override long Reconnect() => lie(base.Reconnect());
}

/// <summary>A question is answered with what was so when it was asked first.</summary>
internal sealed class ForgetsRoots(ITaskStore real) : LyingStore(real)
{
    public override IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids) => [];
}

/// <summary>Of what waits in the store one root is left out of what is read.</summary>
internal sealed class OverlooksRoots(ITaskStore real) : LyingStore(real)
{
    public override IReadOnlyList<TaskRow> ReadRoots(RootWindow window) => [.. base.ReadRoots(window).SkipLast(1)];
}
