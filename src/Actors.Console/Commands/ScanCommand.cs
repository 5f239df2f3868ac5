using System.CommandLine;
using System.Diagnostics;
using Actors.Console.Configuration;
using Actors.Console.Display;
using Actors.Console.Hosting;
using Actors.Console.Scanning;
using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Commands;

/// <summary><c>actors scan DIR</c>: counts what is in a folder and below it, a task per folder.</summary>
internal static class ScanCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The folder. A link to a folder is not followed, unless a slash ends it, as in LINK/" };

    private static readonly Option<bool> Duplicates = new("--duplicates")
    {
        Description = "Then look for files with the same content: equal size, equal first block, equal SHA-256. Empty files and hard links are none",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else" };

    private static readonly Option<int?> Workers = EngineOptions.NewWorkers();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("scan", "Count folders, files and bytes, a task per folder.") { Folder, Duplicates, Json, Workers, EngineOptions.Store, EngineOptions.TakeOverStore };
        command.SetAction((given, _) => RunAsync(given));
        return command;
    }

    /// <summary>What was given for DIR.</summary>
    public static string? GivenFolder(ParseResult given) => given.GetResult(Folder)?.Tokens is [var first, ..] ? first.Value : null;

    private static async Task<int> RunAsync(ParseResult given)
    {
        var path = given.GetRequiredValue(Folder);
        var root = FolderPath.Root(path);
        IFolderReader reader = LinuxFolderReader.IsSupported ? new LinuxFolderReader() : new PortableFolderReader();
        switch (reader.Look(root))
        {
            case PathKind.Nothing:
                throw new UsageException($"scan: there is no folder '{path}'");
            case PathKind.File or PathKind.Other:
                throw new UsageException($"scan: '{path}' is not a folder");
            case PathKind.Unreachable:
                throw new UsageException($"scan: '{path}' cannot be reached, since a folder above it is closed to you");
            case PathKind.Link:
                await System.Console.Error.WriteLineAsync(
                    Printable.Escape($"actors: scan: '{path}' is a symbolic link, which is not followed; '{path}/' is what it points to")).ConfigureAwait(false);
                break;
        }

        using var interruption = new Interruption();
        var engine = await EngineHost.StartAsync(EngineOptions.Of(given, Workers)).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            var json = given.GetValue(Json);
            var findDuplicates = given.GetValue(Duplicates);
            var watch = Stopwatch.StartNew();
            var job = Job.RunAsync(engine, new ScanTree(root, findDuplicates), interruption, key: $"scan {Path.GetFullPath(path)}{(findDuplicates ? " duplicates" : "")}");
            if (!json && Terminal.IsInteractive)
            {
                await ShowAsync(engine, job, interruption).ConfigureAwait(false);
            }

            var result = await job.ConfigureAwait(false);
            var summary = SummaryOf(path, result, engine.Progress, findDuplicates) with { Elapsed = watch.Elapsed };
            await PrintAsync(summary, json).ConfigureAwait(false);
            var exit = await Job.ReportAsync(result).ConfigureAwait(false);
            return exit == ExitCode.Success && summary.Report.Totals.Errors.Count > 0 ? ExitCode.Errors : exit;
        }
    }

    private static Task ShowAsync(EngineHost engine, Task job, Interruption interruption)
    {
        var progress = engine.Progress;
        var display = new LiveDisplay(
            Terminal.Open(),
            engine.Client,
            () => $"[bold]{ByteSize.Grouped(progress.Folders)}[/] folders, [bold]{ByteSize.Grouped(progress.Files)}[/] files, "
                + $"[bold]{ByteSize.Of(progress.Bytes)}[/], {ByteSize.Grouped(progress.Errors)} errors"
                + (progress.ComparedFiles > 0 ? $"; {ByteSize.Grouped(progress.ComparedFiles)} files compared, {ByteSize.Of(progress.ComparedBytes)}" : ""),
            () => progress.Current.Select(static folder => folder.ToString()),
            engine.Settings.RefreshInterval);
        return display.ShowAsync(job, interruption.Token);
    }

    private static ScanSummary SummaryOf(string path, Job.Result<ScanReport> result, ScanProgress progress, bool findDuplicates) => new()
    {
        Folder = path,
        Report = result.Root is { IsSucceeded: true } root ? root.Value : ReachedBy(progress, findDuplicates),
        Tasks = result.Tree?.Tasks ?? result.Reached!.Count(TaskState.Succeeded) + result.Reached.Count(TaskState.Failed),
        Failed = result.Tree?.Failed ?? result.Reached!.Count(TaskState.Failed),
        Elapsed = TimeSpan.Zero,
        Cancelled = result.Tree is null,
    };

    private static ScanReport ReachedBy(ScanProgress progress, bool findDuplicates) => new(
        new FolderTotals
        {
            Folders = progress.Folders,
            Files = progress.Files,
            Bytes = progress.Bytes,
            Links = progress.Links,
            Errors = ErrorList.Of(progress.Errors, []),
        },
        findDuplicates ? DuplicateFindings.Empty : null);

    private static async Task PrintAsync(ScanSummary summary, bool json)
    {
        if (!json)
        {
            ScanTable.Write(Terminal.Open(), summary);
            return;
        }

        var output = System.Console.OpenStandardOutput();
        await using (output.ConfigureAwait(false))
        {
            await ScanJson.WriteAsync(output, summary).ConfigureAwait(false);
        }
    }
}
