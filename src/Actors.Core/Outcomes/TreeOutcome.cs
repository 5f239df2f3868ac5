namespace Actors;

/// <summary>How a whole tree ended: it exists once every task of the tree, completion task included, is terminal. Immutable.</summary>
public sealed record TreeOutcome
{
    /// <summary>The root task's id, which is the tree's.</summary>
    public required TaskId RootId { get; init; }

    /// <summary>The root task's outcome.</summary>
    public required Outcome Root { get; init; }

    /// <summary>How many tasks succeeded, joins and completion task included.</summary>
    public required long Succeeded { get; init; }

    /// <summary>How many tasks failed.</summary>
    public required long Failed { get; init; }

    /// <summary>How many tasks were cancelled.</summary>
    public required long Cancelled { get; init; }

    /// <summary>How many tasks failed whose outcome no join looked at, the root not among them.</summary>
    public required long UnjoinedFailures { get; init; }

    /// <summary>The root's failure, or else the first of those that no join looked at; null where there is none.</summary>
    public Failure? FirstFailure { get; init; }

    /// <summary>How many tasks the tree had.</summary>
    public long Tasks => Succeeded + Failed + Cancelled;

    /// <summary>
    /// <see cref="TaskState.Cancelled"/> where the root or the tree was cancelled, <see cref="TaskState.Failed"/> where the root or a
    /// task that no join looked at failed, else <see cref="TaskState.Succeeded"/>.
    /// </summary>
    public required TaskState State { get; init; }

    /// <summary>The state and the counts.</summary>
    public override string ToString() =>
        $"{State}: {Tasks} task(s), {Succeeded} succeeded, {Failed} failed, {Cancelled} cancelled; root {Root}";
}
