namespace Actors.Simulation.Histories;

/// <summary>One task as the driver made it. A child that is made again in a later attempt is another errand with the same id.</summary>
internal sealed class Errand(int number, TaskId id, TypeTerms type, Errand? spawner) : ITaskMessage
{
    /// <summary>What a story calls it, and what it yields: no two errands yield the same.</summary>
    public int Number { get; } = number;

    public TaskId Id { get; } = id;

    public TypeTerms Type { get; } = type;

    public Errand? Spawner { get; } = spawner;

    public Errand Root => Spawner?.Root ?? this;

    public TimeSpan Delay { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public string? Key { get; init; }

    public TimeSpan? OwnTimeout { get; init; }

    public RetryTerms? OwnRetry { get; init; }

    public int? OwnPriority { get; set; }

    /// <summary>That it is to be the only one of its type with a key; null where it may be one of many.</summary>
    public UniqueWish? Unique { get; init; }

    /// <summary>Of a root: what its tree may use up, and until when.</summary>
    public TreeRules? Rules { get; set; }

    public JoinTerms? Join { get; init; }

    public TimeSpan? Timeout => OwnTimeout ?? Type.Timeout;

    public RetryTerms Retry => OwnRetry ?? Type.Retry;

    /// <summary>The port's own.</summary>
    public object? Record { get; set; }

    public override string ToString() => $"{(Join is null ? "task" : Join.IsFold ? "fold" : "join")} {Number}{(Unique is null ? "" : $" [{Unique}]")}";
}

/// <summary>What a join joins: its members in their places, each either a follow-up of the same report or spawned before.</summary>
internal sealed record JoinTerms(Policy Policy, int Needed, bool IsFold, IReadOnlyList<(Errand Child, bool IsEarly)> Members)
{
    public override string ToString() =>
        $"{(Policy == Policy.Quorum ? $"quorum of {Needed}" : Policy.ToString())} over [{string.Join(", ", Members.Select(static member => member.Child.Number))}]";
}
