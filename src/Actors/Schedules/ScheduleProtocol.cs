using Actors.Client;
using Actors.Coordination;

namespace Actors.Schedules;

/// <summary>From outside: something about schedules that leads to an answer.</summary>
internal interface IScheduleCommand : IInternalMessage
{
    /// <summary>Says why there will be no answer.</summary>
    void Refuse(Exception why);
}

/// <summary>A schedule is new, or another one.</summary>
internal sealed record SetSchedule(string Name, ScheduleDefinition Definition, string By, Reply<bool> Done) : IScheduleCommand
{
    public void Refuse(Exception why) => Done.Fail(why);
}

/// <summary>A schedule fires nothing for a while, or does again.</summary>
internal sealed record PauseSchedule(string Name, bool IsPaused, string By, Reply<bool> Done) : IScheduleCommand
{
    public void Refuse(Exception why) => Done.Fail(why);
}

/// <summary>A schedule is no more.</summary>
internal sealed record RemoveSchedule(string Name, string By, Reply<bool> Done) : IScheduleCommand
{
    public void Refuse(Exception why) => Done.Fail(why);
}

/// <summary>A schedule fires out of turn.</summary>
internal sealed record FireSchedule(string Name, TaskId Root, string By, Reply<bool> Done) : IScheduleCommand
{
    public void Refuse(Exception why) => Done.Fail(why);
}

/// <summary>Which schedules are there?</summary>
/// <param name="Name">Only this; null for all.</param>
/// <param name="NextCount">How many of its next times.</param>
/// <param name="List">The answer.</param>
internal sealed record ListSchedules(string? Name, int NextCount, Reply<IReadOnlyList<ScheduleInfo>> List) : IScheduleCommand
{
    public void Refuse(Exception why) => List.Fail(why);
}
