namespace Actors;

/// <summary>Why a task is not running, in full: everything that keeps it, or what it does instead. Immutable.</summary>
public sealed record WhyNot
{
    /// <summary>The task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>Its tree's root; the task itself where that is not known.</summary>
    public required TaskId RootId { get; init; }

    /// <summary>Its type's name; empty where it is not known yet.</summary>
    public string Type { get; init; } = "";

    /// <summary>Where it stands; null where it is not known yet.</summary>
    public TaskState? State { get; init; }

    /// <summary>Each thing that keeps it; where one of them is gone, the others still do. Never empty.</summary>
    public required IReadOnlyList<WaitReason> Reasons { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString() => $"{(Type.Length == 0 ? "Task" : Type)} {Id}{(State is { } state ? $" is {state}" : "")}: {string.Join("; ", Reasons)}.";
}
