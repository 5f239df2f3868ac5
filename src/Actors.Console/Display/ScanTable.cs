using System.Globalization;
using Actors.Console.Scanning;
using Actors.Console.Scanning.Duplicates;
using Spectre.Console;

namespace Actors.Console.Display;

/// <summary>A scan as tables.</summary>
internal static class ScanTable
{
    private const int RowsMax = 10;
    private const int PathsOfAGroupMax = 5;

    // A folder 10,000 levels down has a path of a page for each of ten rows. JSON has it whole.
    private const int PathCharactersMax = 500;

    /// <summary>Writes the tables.</summary>
    public static void Write(IAnsiConsole console, ScanSummary summary)
    {
        var report = summary.Report;
        Title(console, PathText(summary.Folder) + (summary.Cancelled ? " (cancelled: only what was reached)" : ""));
        console.Write(Counts(summary));
        Sizes(console, "Largest folders", report.Totals.LargestFolders);
        Sizes(console, "Largest files", report.Totals.LargestFiles);
        Types(console, report.Totals.Types);
        if (report.Duplicates is { } duplicates)
        {
            Groups(console, duplicates);
        }

        Errors(console, report.Totals.Errors);
    }

    private static Table Counts(ScanSummary summary)
    {
        var totals = summary.Report.Totals;
        var table = New();
        table.AddColumn("").AddColumn("", column => column.RightAligned());
        table.HideHeaders();
        Row("folders", ByteSize.Grouped(totals.Folders));
        Row("files", ByteSize.Grouped(totals.Files));
        Row("bytes", $"{ByteSize.Grouped(totals.Bytes)} ({ByteSize.Of(totals.Bytes)})");
        Row("symlinks", ByteSize.Grouped(totals.Links));
        Row("others", ByteSize.Grouped(totals.Others));
        Row("errors", ByteSize.Grouped(totals.Errors.Count));
        Row("tasks", ByteSize.Grouped(summary.Tasks));
        Row("failed", ByteSize.Grouped(summary.Failed));
        Row("seconds", summary.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        if (summary.Report.Duplicates is { } duplicates)
        {
            Row("duplicate groups", ByteSize.Grouped(duplicates.Groups.Count));
            Row("duplicate files", ByteSize.Grouped(duplicates.Files));
            Row("wasted bytes", $"{ByteSize.Grouped(duplicates.WastedBytes)} ({ByteSize.Of(duplicates.WastedBytes)})");
        }

        return table;

        void Row(string name, string value) => table.AddRow(name, value);
    }

    private static void Sizes(IAnsiConsole console, string title, Largest largest)
    {
        if (largest.Kept.Count == 0)
        {
            return;
        }

        Title(console, title);
        var table = New().AddColumn("bytes", column => column.RightAligned()).AddColumn("", column => column.RightAligned()).AddColumn("path");
        foreach (var one in largest.Kept)
        {
            table.AddRow(ByteSize.Grouped(one.Bytes), ByteSize.Of(one.Bytes), PathText(one.Folder.PathOf(one.Name)));
        }

        console.Write(table);
    }

    private static void Types(IAnsiConsole console, FileTypes types)
    {
        if (types.All.Count == 0)
        {
            return;
        }

        var title = types.All.Count > RowsMax ? $"File types (the first {RowsMax} of {ByteSize.Grouped(types.All.Count)})" : "File types";
        Title(console, title);
        var table = New()
            .AddColumn("bytes", column => column.RightAligned())
            .AddColumn("", column => column.RightAligned())
            .AddColumn("files", column => column.RightAligned())
            .AddColumn("type");
        foreach (var type in types.Top(RowsMax))
        {
            table.AddRow(ByteSize.Grouped(type.Bytes), ByteSize.Of(type.Bytes), ByteSize.Grouped(type.Files), Text(type.Type));
        }

        console.Write(table);
    }

    private static void Groups(IAnsiConsole console, DuplicateFindings duplicates)
    {
        if (duplicates.Groups.Count == 0)
        {
            return;
        }

        var title = duplicates.Groups.Count > RowsMax
            ? $"Duplicates (the first {RowsMax} of {ByteSize.Grouped(duplicates.Groups.Count)} groups; --json lists all)"
            : "Duplicates";
        Title(console, title);
        var table = New()
            .AddColumn("wasted bytes", column => column.RightAligned())
            .AddColumn("files", column => column.RightAligned())
            .AddColumn("paths");
        foreach (var group in duplicates.Groups.Take(RowsMax))
        {
            var paths = group.Files.Take(PathsOfAGroupMax).Select(file => PathText(file.Path));
            var more = group.Files.Count - PathsOfAGroupMax;
            table.AddRow(
                ByteSize.Grouped(group.WastedBytes),
                ByteSize.Grouped(group.Files.Count),
                string.Join('\n', more > 0 ? paths.Append($"and {ByteSize.Grouped(more)} more") : paths));
        }

        console.Write(table);
    }

    private static void Errors(IAnsiConsole console, ErrorList errors)
    {
        if (errors.Count == 0)
        {
            return;
        }

        var title = errors.Count > RowsMax ? $"Errors (the first {RowsMax} of {ByteSize.Grouped(errors.Count)})" : "Errors";
        Title(console, title);
        var table = New().AddColumn("path").AddColumn("why");
        foreach (var error in errors.Kept.Take(RowsMax))
        {
            table.AddRow(PathText(error.Path), Text(error.Message));
        }

        console.Write(table);
    }

    private static Table New() => new Table().Border(TableBorder.Simple);

    // Not the table's own title: that is centred, and so out of sight above a wide table.
    private static void Title(IAnsiConsole console, string title) => console.MarkupLine($"[bold]{title}[/]");

    private static string PathText(string path) => Text(Printable.Shorten(path, PathCharactersMax));

    private static string Text(string text) => Markup.Escape(Printable.Escape(text));
}
