using System.Text.Json;

namespace Actors.Control.Sockets;

/// <summary>Tasks as JSON. The names are part of the protocol: they never change.</summary>
internal static class TaskJson
{
    public static void Write(Utf8JsonWriter json, TaskPage page)
    {
        json.WriteStartObject();
        json.WriteStartArray("tasks");
        foreach (var task in page.Tasks)
        {
            Write(json, task);
        }

        json.WriteEndArray();
        Text(json, "next", page.Next);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, TaskDetails details)
    {
        json.WriteStartObject();
        json.WritePropertyName("task");
        Write(json, details.Task);
        Moment(json, "dueAt", details.DueAt);
        Moment(json, "createdAt", details.CreatedAt);
        Moment(json, "endedAt", details.EndedAt);
        json.WriteNumber("losses", details.Losses);
        json.WriteStartArray("path");
        foreach (var id in details.Path)
        {
            json.WriteStringValue(id.ToString());
        }

        json.WriteEndArray();
        if (details.Failure is { } failure)
        {
            json.WriteStartObject("failure");
            json.WriteString("kind", failure.Kind.ToString().ToLowerInvariant());
            json.WriteString("type", failure.Type);
            json.WriteString("message", failure.Message);
            json.WriteString("task", failure.TaskId.ToString());
            json.WriteNumber("attempt", failure.Attempt);
            json.WriteEndObject();
        }

        if (details.Tree is { } tree)
        {
            json.WriteStartObject("tree");
            json.WriteNumber("live", tree.Live);
            json.WriteNumber("succeeded", tree.Succeeded);
            json.WriteNumber("failed", tree.Failed);
            json.WriteNumber("cancelled", tree.Cancelled);
            Moment(json, "submittedAt", tree.SubmittedAt);
            Moment(json, "deadlineAt", tree.DeadlineAt);
            Text(json, "paused", tree.Pause?.ToString());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, WhyNot why)
    {
        json.WriteStartObject();
        json.WriteString("id", why.Id.ToString());
        json.WriteString("root", why.RootId.ToString());
        json.WriteString("type", why.Type);
        Text(json, "state", why.State is { } state ? ControlJson.NameOf(state) : null);
        json.WriteStartArray("reasons");
        foreach (var reason in why.Reasons)
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(reason.GetType().Name));
            json.WriteString("message", reason.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<AuditEntry> entries)
    {
        json.WriteStartObject();
        json.WriteStartArray("audit");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteNumber("number", entry.Number);
            json.WriteString("at", entry.At);
            json.WriteString("by", entry.By);
            json.WriteString("action", entry.Action);
            json.WriteString("target", entry.Target);
            json.WriteNumber("count", entry.Count);
            Text(json, "detail", entry.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>How many.</summary>
    public static Action<Utf8JsonWriter> Count(string name, long count) => json =>
    {
        json.WriteStartObject();
        json.WriteNumber(name, count);
        json.WriteEndObject();
    };

    private static void Write(Utf8JsonWriter json, TaskSummary task)
    {
        json.WriteStartObject();
        json.WriteString("id", task.Id.ToString());
        json.WriteString("root", task.RootId.ToString());
        json.WriteString("type", task.Type);
        Text(json, "pool", task.Pool);
        json.WriteString("state", ControlJson.NameOf(task.State));
        json.WriteNumber("attempt", task.Attempt);
        json.WriteNumber("priority", task.Priority);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void Moment(Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } at)
        {
            json.WriteString(name, at);
        }
    }
}
