using System.Text.Json;

namespace Actors.Control.Sockets;

/// <summary>What the engine tells, as JSON. The names are part of the protocol: they never change.</summary>
internal static class ControlJson
{
    /// <summary>The engine as a whole.</summary>
    public static void Write(Utf8JsonWriter json, EngineProgress progress, DateTimeOffset startedAt)
    {
        json.WriteStartObject();
        json.WriteNumber("process", Environment.ProcessId);
        json.WriteString("startedAt", startedAt);
        if (progress.Store is { } store)
        {
            json.WriteStartObject("store");
            json.WriteString("name", store.Store);
            json.WriteBoolean("isRecovering", store.IsRecovering);
            json.WriteNumber("waiting", store.Waiting);
            if (store.AwayFor is { } away)
            {
                json.WriteNumber("awayForMs", (long)away.TotalMilliseconds);
            }

            json.WriteEndObject();
        }

        json.WriteNumber("live", progress.Live);
        json.WriteNumber("liveTrees", progress.LiveTrees);
        json.WriteNumber("pausedTrees", progress.PausedTrees);
        json.WriteNumber("staleEnds", progress.StaleEnds);
        json.WriteStartArray("pools");
        foreach (var pool in progress.Pools)
        {
            json.WriteStartObject();
            json.WriteString("pool", pool.Pool);
            json.WriteNumber("workers", pool.Workers);
            json.WriteNumber("busy", pool.Busy);
            json.WriteNumber("ready", pool.Ready);
            if (pool.Pause is { } pause)
            {
                json.WriteString("paused", pause.ToString());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("types");
        foreach (var type in progress.Types.Where(static type => Enum.GetValues<TaskState>().Any(state => type[state] > 0)))
        {
            json.WriteStartObject();
            json.WriteString("type", type.Type);
            json.WriteString("pool", type.Pool);
            if (type.Pause is { } pause)
            {
                json.WriteString("paused", pause.ToString());
            }

            foreach (var state in Enum.GetValues<TaskState>())
            {
                json.WriteNumber(NameOf(state), type[state]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>An object of one id.</summary>
    public static void WriteId(Utf8JsonWriter json, string name, TaskId id)
    {
        json.WriteStartObject();
        json.WriteString(name, id.ToString());
        json.WriteEndObject();
    }

    /// <summary>A pause or its end.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="isPaused">Which of them.</param>
    /// <param name="isChanged">Whether it was not so before.</param>
    public static void WritePause(Utf8JsonWriter json, bool isPaused, bool isChanged)
    {
        json.WriteStartObject();
        json.WriteBoolean("paused", isPaused);
        json.WriteBoolean("changed", isChanged);
        json.WriteEndObject();
    }

    /// <summary>Schedules.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ScheduleInfo> schedules)
    {
        json.WriteStartObject();
        json.WriteStartArray("schedules");
        foreach (var schedule in schedules)
        {
            Write(json, schedule);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ScheduleInfo schedule)
    {
        json.WriteStartObject();
        json.WriteString("name", schedule.Name);
        json.WriteString("schedule", schedule.Schedule.ToString());
        json.WriteString("type", schedule.TaskType);
        json.WriteBoolean("declared", schedule.IsDeclared);
        json.WriteBoolean("active", schedule.IsActive);
        if (schedule.PausedBy is { } by)
        {
            json.WriteString("pausedBy", by);
        }

        if (schedule.Trouble is { } trouble)
        {
            json.WriteString("trouble", trouble);
        }

        json.WriteStartArray("next");
        foreach (var next in schedule.Next)
        {
            json.WriteStringValue(next);
        }

        json.WriteEndArray();
        if (schedule.Last is { } last)
        {
            json.WriteString("lastOccurrence", last.Occurrence);
            json.WriteString("lastFiredAt", last.FiredAt);
            json.WriteString("lastRoot", last.RootId.ToString());
        }

        if (schedule.LastSkip is { } skip)
        {
            json.WriteString("lastSkipped", skip.Occurrence);
            json.WriteString("lastSkipReason", skip.Reason);
        }

        json.WriteEndObject();
    }

    /// <summary>A state's name.</summary>
    public static string NameOf(TaskState state) => state.ToString().ToLowerInvariant();
}
