namespace Actors.Schedules;

/// <summary>A schedule as code declares it.</summary>
internal sealed record ScheduleDeclaration(string Name, Schedule When, ITaskMessage Task, ScheduleOptions Options);
