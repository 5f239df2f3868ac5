using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Actors.Console.Display;

/// <summary>What an engine tells, for people. A member that is not there is left out: an older engine tells less.</summary>
internal static class ControlTables
{
    private static readonly string[] States = ["scheduled", "waiting", "ready", "running", "joining", "succeeded", "failed", "cancelled"];

    /// <summary>For <c>--json</c>.</summary>
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How an engine stands.</summary>
    public static void Status(JsonElement status)
    {
        var console = Terminal.Open();
        var table = Pairs();
        if (Find(status, "process") is { } process)
        {
            Add(table, "engine", $"process {process.GetInt32()} since {Moment(status.GetProperty("startedAt"))}");
        }
        else
        {
            Add(table, "engine", "none");
        }

        if (Find(status, "store") is { } store)
        {
            var state = Find(store, "isRecovering") is { ValueKind: JsonValueKind.True } ? ", live trees are being read" : "";
            state += Find(store, "waiting") is { } waiting && waiting.GetInt64() is > 0 and var count ? $", {ByteSize.Grouped(count)} task(s) wait there alone" : "";
            state += Find(store, "awayForMs") is { } away ? string.Create(CultureInfo.InvariantCulture, $", has not answered for {away.GetInt64() / 1000.0:0.0} s") : "";
            state += Find(store, "lastOpenedBy") is { } owner ? $", last opened by {owner.GetString()}" : "";
            Add(table, "store", store.GetProperty("name").GetString() + state);
        }
        else
        {
            Add(table, "store", "none: what is queued is lost when the process ends");
        }

        Add(table, "live trees", Number(status, "liveTrees"));
        Add(table, "live tasks", Number(status, "live"));
        console.Write(table);
        Rows(console, status, "pools", ["pool", "workers", "busy", "ready", "paused"], numbersFrom: 1);
        Rows(console, status, "types", ["type", .. States, "paused"], numbersFrom: 1);
    }

    /// <summary>A page of tasks.</summary>
    public static void List(JsonElement page)
    {
        var console = Terminal.Open();
        Rows(console, page, "tasks", ["id", "type", "state", "attempt", "priority", "root"], numbersFrom: int.MaxValue);
        if (Find(page, "next") is { } next)
        {
            System.Console.Error.WriteLine(Printable.Escape($"actors: there are more: --after {next.GetString()}"));
        }
    }

    /// <summary>One task.</summary>
    public static void Show(JsonElement shown)
    {
        var table = Pairs();
        Flatten(table, "", shown);
        Terminal.Open().Write(table);
    }

    /// <summary>Why a task is not running.</summary>
    public static void Why(JsonElement why)
    {
        var output = System.Console.Out;
        output.WriteLine(Printable.Escape($"{why.GetProperty("type").GetString()} {why.GetProperty("id").GetString()} is {why.GetProperty("state").GetString()}"));
        foreach (var reason in why.GetProperty("reasons").EnumerateArray())
        {
            output.WriteLine(Printable.Escape($"  {(reason.ValueKind == JsonValueKind.String ? reason.GetString() : reason.GetProperty("message").GetString())}"));
        }
    }

    /// <summary>Schedules.</summary>
    public static void Schedules(JsonElement schedules) =>
        Rows(Terminal.Open(), schedules, "schedules", ["name", "schedule", "type", "active", "pausedBy", "trouble", "next", "lastFiredAt", "lastSkipped", "lastSkipReason"], numbersFrom: int.MaxValue);

    /// <summary>What was done by hand.</summary>
    public static void Audit(JsonElement audit) => Rows(Terminal.Open(), audit, "audit", ["number", "at", "by", "action", "target", "count", "detail"], numbersFrom: int.MaxValue);

    /// <summary>What was done: one line for each member.</summary>
    public static void Done(JsonElement done)
    {
        foreach (var member in done.EnumerateObject())
        {
            System.Console.Out.WriteLine(Printable.Escape($"{member.Name} {member.Value}"));
        }
    }

    private static void Flatten(Table table, string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Flatten(table, path.Length == 0 ? member.Name : path == "task" ? member.Name : $"{path}.{member.Name}", member.Value);
                }

                break;
            case JsonValueKind.Array:
                Add(table, path, string.Join(" < ", element.EnumerateArray()));
                break;
            default:
                Add(table, path, element.ToString());
                break;
        }
    }

    private static void Rows(IAnsiConsole console, JsonElement parent, string name, string[] columns, int numbersFrom)
    {
        if (Find(parent, name) is not { } rows || rows.GetArrayLength() == 0)
        {
            return;
        }

        string[] shown = [.. columns.Where(column => rows.EnumerateArray().Any(row => Find(row, column) is not null))];
        var table = new Table().Border(TableBorder.Simple);
        for (var index = 0; index < shown.Length; index++)
        {
            table.AddColumn(shown[index], column => column.Alignment = index >= numbersFrom ? Justify.Right : Justify.Left);
        }

        foreach (var row in rows.EnumerateArray())
        {
            table.AddRow([.. shown.Select(column => Text(Find(row, column) is not { } value ? "" : TextOf(value)))]);
        }

        console.Write(table);
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => ByteSize.Grouped(value.GetInt64()),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray()),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => value.ToString(),
    };

    private static Table Pairs() => new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("");

    private static void Add(Table table, string name, string value) => table.AddRow(Text(name), Text(value));

    private static JsonElement? Find(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Number(JsonElement element, string name) => ByteSize.Grouped(element.GetProperty(name).GetInt64());

    private static string Moment(JsonElement element) => element.GetDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Text(string text) => Markup.Escape(Printable.Escape(text));
}
