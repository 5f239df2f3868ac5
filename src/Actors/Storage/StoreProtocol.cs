using Actors.Coordination;
using Akka.Event;

namespace Actors.Storage;

/// <summary>To the writer: a batch to commit.</summary>
internal sealed record Commit(StoreBatch Batch) : IInternalMessage;

/// <summary>From the writer: the batch stands in the store.</summary>
internal sealed record Committed(long Batch) : IInternalMessage;

/// <summary>From the writer: the store does not answer; the writer goes on trying.</summary>
internal sealed record StoreAway(Exception Cause) : IInternalMessage;

/// <summary>From the writer: the store answers again after a question that failed. A batch that was sent since is still to be committed.</summary>
internal sealed record StoreBack : IInternalMessage
{
    public static readonly StoreBack Instance = new();
}

/// <summary>From the writer, or from the reader: the store is lost to this process, for good.</summary>
internal sealed record StoreLost(Exception Cause) : IInternalMessage;

/// <summary>To the writer: which of these roots stand in the store? After all batches that were sent before.</summary>
internal sealed record FindRoots(IReadOnlyList<TaskId> Ids) : IInternalMessage;

/// <summary>From the writer: those of the ids that stand there.</summary>
internal sealed record FoundRoots(IReadOnlyList<TaskId> Ids, Dictionary<TaskId, TaskRow> Rows) : IInternalMessage;

/// <summary>To the writer: live roots. After all batches that were sent before.</summary>
/// <param name="Window">Which.</param>
/// <param name="Then">What the coordinator does with them.</param>
internal sealed record ReadRoots(RootWindow Window, Action<IReadOnlyList<TaskRow>, DateTimeOffset> Then) : IInternalMessage;

/// <summary>From the writer: those roots.</summary>
internal sealed record RootsRead(ReadRoots Asked, IReadOnlyList<TaskRow> Rows) : IInternalMessage;

/// <summary>To the writer: all of an ended tree, of which what failed is to run again, or one task. After all batches that were sent before.</summary>
internal sealed record ReadTree(TaskId Root, TaskId? Task) : IInternalMessage;

/// <summary>From the writer: that tree, and whether the one that takes over from it stands there already.</summary>
internal sealed record TreeRead(ReadTree Asked, IReadOnlyList<TaskRow> Rows, bool IsThere) : IInternalMessage;

/// <summary>To the writer: what is in the inbox?</summary>
internal sealed record ReadInbox(int CountMax) : IInternalMessage;

/// <summary>From the writer: what is in the inbox, and which of its roots stand in the store already.</summary>
internal sealed record InboxRead(IReadOnlyList<InboxRow> Rows, HashSet<TaskId> Known) : IInternalMessage;

/// <summary>To the reader: the next window of live trees.</summary>
internal sealed class ReadOn : IInternalMessage
{
    public static readonly ReadOn Instance = new();

    private ReadOn()
    {
    }
}

/// <summary>From the reader: rows of live trees; none at the end.</summary>
internal sealed record RowsRead(TaskRow[] Rows, int Count) : IInternalMessage;

/// <summary>The writer's own clock: try again.</summary>
internal sealed class TryAgain : IInternalMessage, IDeadLetterSuppression
{
    public static readonly TryAgain Instance = new();

    private TryAgain()
    {
    }
}

/// <summary>The writer's own clock: delete what is old.</summary>
internal sealed class PruneOld : IInternalMessage, IDeadLetterSuppression
{
    public static readonly PruneOld Instance = new();

    private PruneOld()
    {
    }
}

/// <summary>The coordinator's own clock: look into the inbox.</summary>
internal sealed class InboxDue : IInternalMessage, IDeadLetterSuppression
{
    public static readonly InboxDue Instance = new();

    private InboxDue()
    {
    }
}
