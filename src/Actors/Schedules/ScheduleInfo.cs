namespace Actors;

/// <summary>A schedule at one moment. Immutable.</summary>
public sealed record ScheduleInfo
{
    /// <summary>Its name; unique in the engine.</summary>
    public required string Name { get; init; }

    /// <summary>When it fires.</summary>
    public required Schedule Schedule { get; init; }

    /// <summary>The name of the type of its task.</summary>
    public required string TaskType { get; init; }

    /// <summary>How it fires.</summary>
    public required ScheduleOptions Options { get; init; }

    /// <summary>Whether code or configuration declares it; it was set at run time otherwise.</summary>
    public required bool IsDeclared { get; init; }

    /// <summary>Whether it fires when its time comes: nobody paused it, and there is no <see cref="Trouble"/>.</summary>
    public bool IsActive => PausedBy is null && Trouble is null;

    /// <summary>Who paused it; null while it is not paused.</summary>
    public string? PausedBy { get; init; }

    /// <summary>When it was paused; null while it is not.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Why it rests in this process though nobody paused it, and what to do; null where it does not.</summary>
    public string? Trouble { get; init; }

    /// <summary>The next times that it fires at, or would if it were active, on the clock of its zone.</summary>
    public required IReadOnlyList<DateTimeOffset> Next { get; init; }

    /// <summary>Its last firing; null before the first.</summary>
    public ScheduleFiring? Last { get; init; }

    /// <summary>The last firing that it left out; null where there was none.</summary>
    public ScheduleSkip? LastSkip { get; init; }
}

/// <summary>A firing of a schedule. Immutable.</summary>
/// <param name="Occurrence">The time that it was fired for; where somebody asked for it, when.</param>
/// <param name="FiredAt">When it was fired.</param>
/// <param name="RootId">The root of its tree: for <see cref="TaskClient.FindAsync"/>.</param>
/// <param name="AskedBy">Who asked for it with <see cref="TaskSchedules.FireNowAsync"/>; null where its time had come.</param>
public sealed record ScheduleFiring(DateTimeOffset Occurrence, DateTimeOffset FiredAt, TaskId RootId, string? AskedBy);

/// <summary>A firing that was left out. Immutable.</summary>
/// <param name="Occurrence">The time that it would have been fired for; the last one, where several were left out together.</param>
/// <param name="Reason"><c>missed</c>, where it was too late and the policy does not make up for it, or <c>overlap</c>, where the tree of an earlier firing was live.</param>
public sealed record ScheduleSkip(DateTimeOffset Occurrence, string Reason);
