using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;

namespace Actors.Schedules;

/// <summary>From what somebody says of a schedule to what the engine makes of it. Safe for concurrent use.</summary>
internal static class ScheduleTimes
{
    /// <summary>Checks it all where it is said: what comes to the coordinator can be used.</summary>
    /// <exception cref="ArgumentException">Its times cannot be read, or never come: names the schedule, the text and the remedy.</exception>
    /// <exception cref="InvalidOperationException">The task has no handler.</exception>
    /// <exception cref="PayloadException">The task cannot stand in the store.</exception>
    public static ScheduleDefinition Define(string name, Schedule when, ITaskMessage task, ScheduleOptions options, TaskCatalog catalog)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var type = catalog.FindTypeOf(task) ?? throw new InvalidOperationException(
            $"Schedule '{name}': no handler for {task.GetType().FullName}. Register one with AddHandler, or with AddHandlersFrom its assembly.");
        return new ScheduleDefinition(when, Of(name, when), type, task, StoredTasks.Of(type, task, options.Task)?.Payload, options, null);
    }

    /// <summary>The times of a schedule.</summary>
    /// <returns>Null where they depend on when it was set: see <see cref="From"/>.</returns>
    /// <exception cref="ArgumentException">They cannot be read, or never come.</exception>
    public static IOccurrences? Of(string name, Schedule when)
    {
        if (when.Interval is { } interval)
        {
            return when.From is { } from ? new EqualIntervals(from.UtcTicks, interval.Ticks) : null;
        }

        var times = CronTimes.Read(name, when);
        return times.After(DateTime.UnixEpoch.Ticks) is null
            ? throw new ArgumentException($"Schedule '{name}': the day of '{when.Expression}' never comes. Write one that there is.")
            : times;
    }

    /// <summary>Completes a definition whose times depend on when it was set.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="setAt">UTC ticks.</param>
    public static ScheduleDefinition From(ScheduleDefinition definition, long setAt) => definition.Times is null && definition.When.Interval is { } interval
        ? definition with { Times = new EqualIntervals(setAt, interval.Ticks) }
        : definition;
}
