using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Display;

/// <summary>A scan as one JSON document.</summary>
internal static class ScanJson
{
    /// <summary>How many errors are listed; all are counted.</summary>
    public const int ErrorsListedMax = 100;

    // Nothing here ends up in a page, so that only what JSON itself wants is escaped: a name keeps its letters.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document and the end of its last line.</summary>
    public static async Task WriteAsync(Stream output, ScanSummary summary)
    {
        await using (var json = new Utf8JsonWriter(output, Options))
        {
            var totals = summary.Report.Totals;
            json.WriteStartObject();
            json.WriteNumber("folders", totals.Folders);
            json.WriteNumber("files", totals.Files);
            json.WriteNumber("bytes", totals.Bytes);
            json.WriteNumber("symlinks", totals.Links);
            json.WriteNumber("others", totals.Others);
            json.WriteNumber("errors", totals.Errors.Count);
            json.WriteNumber("tasks", summary.Tasks);
            json.WriteNumber("failed", summary.Failed);
            json.WriteNumber("elapsedMs", (long)summary.Elapsed.TotalMilliseconds);
            json.WriteBoolean("cancelled", summary.Cancelled);
            if (summary.Report.Duplicates is { } duplicates)
            {
                json.WriteNumber("duplicateGroups", duplicates.Groups.Count);
                json.WriteNumber("duplicateFiles", duplicates.Files);
                json.WriteNumber("wastedBytes", duplicates.WastedBytes);
                await WriteGroupsAsync(json, duplicates).ConfigureAwait(false);
            }

            json.WriteStartArray("errorList");
            foreach (var error in totals.Errors.Kept.Take(ErrorsListedMax))
            {
                json.WriteStartObject();
                json.WriteString("path", error.Path);
                json.WriteString("message", error.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await output.WriteAsync("\n"u8.ToArray()).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }

    private static async Task WriteGroupsAsync(Utf8JsonWriter json, DuplicateFindings duplicates)
    {
        json.WriteStartArray("duplicates");
        foreach (var group in duplicates.Groups)
        {
            json.WriteStartObject();
            json.WriteNumber("bytes", group.Bytes);
            json.WriteNumber("wastedBytes", group.WastedBytes);
            json.WriteString("sha256", group.Sha256.ToString());
            json.WriteStartArray("files");
            foreach (var file in group.Files)
            {
                json.WriteStringValue(file.Path);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            await json.FlushAsync().ConfigureAwait(false);
        }

        json.WriteEndArray();
    }
}
