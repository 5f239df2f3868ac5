using Actors.Ledger;

namespace Actors.Storage;

/// <summary>Outcomes as they stand in rows.</summary>
internal static class StoredOutcomes
{
    /// <summary>What the row of a task says of its outcome besides the state; null where that says it all, or where it has none.</summary>
    public static byte[]? BytesOf(TaskType type, Outcome? outcome) => outcome switch
    {
        { IsFailed: true } => StoreJson.Write(outcome.Failure!),
        { IsSucceeded: true } => outcome.Json ??= type.Format!.WriteResult(outcome),
        _ => null,
    };

    /// <summary>How a task ended.</summary>
    /// <exception cref="StoreException">The row is damaged.</exception>
    public static Outcome Of(in TaskRow row, TaskType type) => row.State switch
    {
        TaskState.Succeeded => Result(in row, type),
        TaskState.Failed => type.Failed(StoreJson.ReadFailure(row.Outcome ?? throw new StoreException($"The store is damaged: task {row.Id} failed and says not why."))),
        _ => type.Cancelled,
    };

    /// <summary>A result that cannot be read any more is a failure for whoever wants it, and not for the loader.</summary>
    private static Outcome Result(in TaskRow row, TaskType type)
    {
        try
        {
            var outcome = type.Format!.ReadResult(row.Outcome);
            outcome.Json = row.Outcome;
            return outcome;
        }
        catch (PayloadException unreadable)
        {
            return type.Failed(new Failure
            {
                Kind = FailureKind.Payload,
                Type = nameof(FailureKind.Payload),
                Message = unreadable.Message,
                TaskId = row.Id,
                TaskType = row.Type,
                Attempt = row.Attempt,
            });
        }
    }

    /// <summary>How a tree ended, from its root's row.</summary>
    /// <exception cref="StoreException">The row is damaged.</exception>
    public static TreeOutcome TreeOf(in TaskRow root, Outcome outcome)
    {
        var counts = root.Counts is null
            ? new TreeCounts
            {
                Succeeded = outcome.IsSucceeded ? 1 : 0,
                Failed = outcome.IsFailed ? 1 : 0,
                Cancelled = outcome.IsCancelled ? 1 : 0,
                State = outcome.State,
            }
            : StoreJson.ReadCounts(root.Counts);
        return new TreeOutcome
        {
            RootId = root.Id,
            Root = outcome,
            Succeeded = counts.Succeeded,
            Failed = counts.Failed,
            Cancelled = counts.Cancelled,
            UnjoinedFailures = counts.UnjoinedFailures,
            FirstFailure = outcome.Failure ?? counts.FirstUnjoinedFailure?.ToFailure(),
            State = counts.State ?? throw new StoreException($"The store is damaged: tree {root.Id} has ended, and how is not there."),
        };
    }
}
