using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Console.Exec;
using Actors.Console.Running;

namespace Actors.Console.Display;

/// <summary>A run as one JSON document.</summary>
internal static class RunJson
{
    // Nothing here ends up in a page, so that only what JSON itself wants is escaped.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document and the end of its last line.</summary>
    public static async Task WriteAsync(Stream output, RunSummary summary)
    {
        await using (var json = new Utf8JsonWriter(output, Options))
        {
            var totals = summary.Totals;
            json.WriteStartObject();
            json.WriteNumber("lines", totals.Read);
            json.WriteNumber("submitted", totals.Submitted);
            json.WriteNumber("succeeded", totals.Succeeded);
            json.WriteNumber("failed", totals.Failed);
            json.WriteNumber("cancelledLines", totals.Cancelled);
            json.WriteNumber("skipped", totals.Skipped);
            json.WriteNumber("badLines", totals.BadLines);
            json.WriteNumber("tasks", totals.Tasks);
            json.WriteNumber("left", summary.Left?.LeftCount ?? 0);
            json.WriteNumber("elapsedMs", (long)summary.Elapsed.TotalMilliseconds);
            json.WriteBoolean("cancelled", summary.Left is not null);
            if (summary.Broken is { } broken)
            {
                json.WriteString("brokenOff", broken);
            }

            json.WriteStartArray("badLineList");
            foreach (var bad in totals.Bad)
            {
                json.WriteStartObject();
                json.WriteNumber("line", bad.Line);
                json.WriteString("message", bad.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("failureList");
            foreach (var failed in totals.Failures)
            {
                json.WriteStartObject();
                json.WriteNumber("line", failed.Line);
                if (failed.Key is { } key)
                {
                    json.WriteString("key", key);
                }

                json.WriteString("id", failed.Id.ToString());
                json.WritePropertyName("failure");
                OutcomeJson.Write(json, failed.Failure);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await output.WriteAsync("\n"u8.ToArray()).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
