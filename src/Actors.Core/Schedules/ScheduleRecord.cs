using Actors.Ledger;

namespace Actors.Schedules;

/// <summary>What a schedule is to do. Immutable.</summary>
/// <param name="When">When.</param>
/// <param name="Times">The times that follow from it; null where this machine cannot tell them.</param>
/// <param name="Type">The type of its task.</param>
/// <param name="Message">Its task; null where only <paramref name="Payload"/> is known.</param>
/// <param name="Payload">Its task as it stands in a store; null where there is none.</param>
/// <param name="Options">How.</param>
/// <param name="Declared">The mark of the declaration that it comes from; null where it was set at run time.</param>
internal sealed record ScheduleDefinition(
    Schedule When, IOccurrences? Times, TaskType Type, ITaskMessage? Message, byte[]? Payload, ScheduleOptions Options, string? Declared);

/// <summary>A schedule: what it does, and how far it has come. Belongs to its <see cref="ScheduleBook"/>.</summary>
internal sealed class ScheduleRecord(string name, ScheduleDefinition definition)
{
    public string Name { get; } = name;

    public ScheduleDefinition Definition { get; set; } = definition;

    /// <summary>UTC ticks: when its times were set first.</summary>
    public long SetAt { get; set; }

    /// <summary>UTC ticks: every occurrence until then is decided, and never is again. Never falls, whatever the clock does.</summary>
    public long FiredUpTo { get; set; }

    public StoredFiring? Last { get; set; }

    public StoredSkip? LastSkip { get; set; }

    /// <summary>Roots of firings whose trees were live when last looked; only where they must not overlap.</summary>
    public List<TaskId> Roots { get; } = [];

    public string? PausedBy { get; set; }

    public long PausedAt { get; set; }

    /// <summary>Why it rests in this process though nobody paused it; null where it does not.</summary>
    public string? Trouble { get; set; }

    /// <summary>Whether it fires when its time has come.</summary>
    public bool IsActive => PausedBy is null && Trouble is null;

    /// <summary>UTC ticks of the next occurrence that is not decided; null where there is none.</summary>
    public long? Next { get; set; }

    /// <summary>As it stands in a store.</summary>
    public StoredSchedule ToStored() => StoredSchedule.Of(Definition) with
    {
        SetAt = SetAt,
        FiredUpTo = FiredUpTo,
        Last = Last,
        LastSkip = LastSkip,
        Roots = Roots.Count == 0 ? null : [.. Roots.Select(static root => root.ToString())],
        PausedBy = PausedBy,
        PausedAt = PausedAt,
    };
}
