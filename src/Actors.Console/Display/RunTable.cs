using System.Globalization;
using Actors.Console.Running;
using Spectre.Console;

namespace Actors.Console.Display;

/// <summary>A run as a table. What failed has been told line by line before.</summary>
internal static class RunTable
{
    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, RunSummary summary)
    {
        var totals = summary.Totals;
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("", column => column.RightAligned());
        Row("lines", totals.Read);
        Row("submitted", totals.Submitted);
        Row("succeeded", totals.Succeeded);
        Row("failed", totals.Failed);
        Row("cancelled", totals.Cancelled);
        if (totals.Skipped > 0)
        {
            Row("skipped", totals.Skipped);
        }

        Row("wrong lines", totals.BadLines);
        Row("tasks", totals.Tasks);
        table.AddRow("seconds", summary.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        console.Write(table);
        if (summary.Broken is { } broken)
        {
            System.Console.Error.WriteLine(Printable.Escape($"actors: run broken off: {broken}"));
        }

        if (summary.Left is { } left)
        {
            System.Console.Error.WriteLine(
                summary.IsKept
                    ? $"actors: stopped: {ByteSize.Grouped(left.LeftCount)} task(s) stay in the store; the same command goes on with them"
                    : $"actors: cancelled: {ByteSize.Grouped(left.LeftCount)} task(s) left undone");
        }

        void Row(string name, long count) => table.AddRow(name, ByteSize.Grouped(count));
    }
}
