namespace Actors.Storage;

/// <summary>
/// Where the ledger's transitions are made durable. A store writes and reads rows and knows none of the engine's rules but these: a batch is written whole
/// or not at all, and only by who opened the store last.
/// </summary>
/// <remarks>
/// Synchronous, for one thread at a time: a thread of its own blocks on the disk, so that none of the engine's does. A reader has a connection of its own and
/// may be used from another thread.
/// </remarks>
internal interface ITaskStore : IDisposable
{
    /// <summary>For messages: the kind and the place, without passwords.</summary>
    string Name { get; }

    /// <summary>
    /// Opens the store for writing: creates or migrates the schema, refuses where another process has it, begins a new epoch, and turns what was running when the
    /// last owner ended into suspects (attempt counted, a loss more), all in one transaction.
    /// </summary>
    /// <param name="owner">Who opens it, for the message to whom it is refused: host, process, since when.</param>
    /// <param name="takeOver">Whether to fence off a live owner rather than be refused.</param>
    /// <exception cref="StoreException">It is in use, is no store, is damaged, is of a newer version, or cannot be reached; it is untouched.</exception>
    StoreOpening Open(string owner, bool takeOver);

    /// <summary>Writes a batch in one transaction.</summary>
    /// <exception cref="StoreFencedException">Somebody else has opened the store since: nothing was written, and nothing ever will be.</exception>
    /// <exception cref="Exception">Any other: the fate of the batch is unknown until <see cref="Reconnect"/> has told.</exception>
    void Commit(StoreBatch batch);

    /// <summary>After a commit that threw: connects anew.</summary>
    /// <returns>The number of the last batch of this epoch that stands in the store; 0 where none does.</returns>
    /// <exception cref="StoreFencedException">Somebody else has opened the store since.</exception>
    /// <exception cref="Exception">Any other: it cannot be reached yet.</exception>
    long Reconnect();

    /// <summary>The live trees, row by row, in the order of tree and number: finished tasks of live trees among them. All as of one moment.</summary>
    /// <param name="before">Only trees below that number: those that were there when the store was opened.</param>
    ITaskReader ReadLiveTrees(long before);

    /// <summary>Every tree, likewise.</summary>
    ITaskReader ReadAll();

    /// <summary>The roots of those ids that stand in the store.</summary>
    IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids);

    /// <summary>The roots of live trees from a number on, in the order of the trees.</summary>
    /// <param name="window">Which, and how many.</param>
    IReadOnlyList<TaskRow> ReadRoots(RootWindow window);

    /// <summary>One task of a tree; null where it does not stand there.</summary>
    TaskRow? Find(TaskId root, TaskId id);

    /// <summary>What was put into the inbox by committed transactions of others, oldest first.</summary>
    IReadOnlyList<InboxRow> ReadInbox(int countMax);

    /// <summary>The facts whose keys begin so, in the order of their keys.</summary>
    IReadOnlyList<FactRow> ReadFacts(string prefix);

    /// <summary>What was done by hand, newest first.</summary>
    /// <param name="before">Only what has a smaller number.</param>
    /// <param name="countMax">How many at most.</param>
    IReadOnlyList<AuditRow> ReadAudit(long before, int countMax);

    /// <summary>Quarantined tasks that were not released, in the order of tree and number.</summary>
    /// <param name="after">Only what comes behind that one; with a tree of 0, all.</param>
    /// <param name="countMax">How many at most.</param>
    IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax);

    /// <summary>Every task of a tree, in the order of their numbers; none where there is no such root.</summary>
    IReadOnlyList<TaskRow> ReadTree(TaskId root);

    /// <summary>Deletes finished trees, some at a time.</summary>
    /// <param name="rule">Which.</param>
    /// <param name="rowsMax">About how many rows at most; at least one tree is deleted whole.</param>
    /// <returns>Where to go on, and how many trees and rows were deleted.</returns>
    PruneStep Prune(PruneRule rule, int rowsMax);

    /// <summary>What stands in it, without reading every row.</summary>
    StoreInfo Info();
}

/// <summary>Reads rows in windows.</summary>
internal interface ITaskReader : IDisposable
{
    /// <summary>Fills the window from its beginning.</summary>
    /// <returns>How many rows; 0 at the end.</returns>
    int Read(Span<TaskRow> window);
}

/// <summary>How a store was found.</summary>
internal sealed record StoreOpening
{
    /// <summary>The number of this opening: one more than the last.</summary>
    public required long Epoch { get; init; }

    /// <summary>The number that the next tree gets.</summary>
    public required long NextTree { get; init; }

    /// <summary>How many trees stand there as live.</summary>
    public required long LiveTrees { get; init; }

    /// <summary>How many tasks the last owner counted as live.</summary>
    public required long LiveTasks { get; init; }

    /// <summary>How many tasks were running when the last owner ended.</summary>
    public required int Suspects { get; init; }

    /// <summary>Every fact, in the order of the keys.</summary>
    public required IReadOnlyList<FactRow> Facts { get; init; }
}

/// <summary>What a store holds.</summary>
/// <param name="Version">The version of the schema.</param>
/// <param name="Epoch">How often it was opened.</param>
/// <param name="Owner">Who opened it last.</param>
/// <param name="IsInUse">Whether that owner still has it.</param>
/// <param name="LiveTrees">Live trees.</param>
/// <param name="LiveTasks">Live tasks.</param>
/// <param name="Bytes">Its size on disk.</param>
internal sealed record StoreInfo(int Version, long Epoch, string Owner, bool IsInUse, long LiveTrees, long LiveTasks, long Bytes);

/// <summary>A task that somebody enqueued in a transaction of their own.</summary>
internal sealed record InboxRow(long Number, TaskId Id, string Type, byte[] Payload, byte[]? Options);

/// <summary>Which finished trees are deleted.</summary>
/// <param name="SucceededBefore">Those that succeeded or were cancelled and ended before, in UTC ticks.</param>
/// <param name="FailedBefore">Those that failed and ended before, in UTC ticks.</param>
/// <param name="From">The first tree to look at.</param>
internal readonly record struct PruneRule(long SucceededBefore, long FailedBefore, long From)
{
    /// <summary>Whether a root is so young that neither it nor any behind it is deleted: trees are numbered in the order of their submission.</summary>
    /// <param name="createdAt">When it became real, in UTC ticks.</param>
    public bool IsTooYoung(long createdAt) => createdAt >= Math.Max(SucceededBefore, FailedBefore);

    /// <summary>Whether a tree is deleted.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="endedAt">When; none while it lives.</param>
    public bool Has(TaskState outcome, long endedAt) => endedAt != TaskRow.None && endedAt < (outcome == TaskState.Failed ? FailedBefore : SucceededBefore);
}

/// <summary>How far pruning came.</summary>
/// <param name="Next">The tree to go on with; none where all have been looked at.</param>
/// <param name="Trees">Deleted trees.</param>
/// <param name="Rows">Deleted rows.</param>
internal readonly record struct PruneStep(long Next, int Trees, long Rows);
