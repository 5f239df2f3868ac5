using System.CommandLine;
using System.Diagnostics;
using Actors.Console.Configuration;
using Actors.Console.Display;
using Actors.Console.Exec;
using Actors.Console.Hosting;
using Actors.Console.Lines;
using Actors.Console.Running;

namespace Actors.Console.Commands;

/// <summary><c>actors run FILE</c>: runs the tasks that stand on the lines of a file.</summary>
internal static class RunCommand
{
    private const string Stop = "stop";
    private const string Skip = "skip";

    private static readonly Argument<string> SourceFile = new("FILE") { Description = "A task a line, as JSON; - for standard input" };

    private static readonly Option<bool> Follow = new("--follow") { Description = "Go on with what is appended to the file, until Ctrl-C" };

    private static readonly Option<bool> Check = new("--check") { Description = "Read all lines, tell what is wrong with them, and run nothing" };

    private static readonly Option<string> OnBadLine = new("--on-bad-line")
    {
        Description = "What a line that is wrong does to those after it: stop (none is submitted) or skip (they are)",
        HelpName = "stop|skip",
        DefaultValueFactory = static _ => Stop,
    };

    private static readonly Option<string[]> Allow = new("--allow")
    {
        Description = "Run only this program, an absolute path; may be given again",
        HelpName = "PROGRAM",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> Env = new("--env")
    {
        Description = "Hand a variable down to the programs; may be given again",
        HelpName = "NAME[=VALUE]",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Name = new("--name") { Description = "With a store, what the lines are known by in place of the path of their file", HelpName = "NAME" };

    private static readonly Option<string?> Results = new("--results") { Description = "Write what came of each line to a file, a JSON object a line; - for standard output", HelpName = "FILE" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the summary as one JSON document and nothing else" };

    private static readonly Option<int?> Workers = EngineOptions.NewWorkers();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new ExplainedCommand("run", "Run the tasks of a file, a task a line.", RunHelp.Text)
        {
            SourceFile, Follow, Check, OnBadLine, Allow, Env, Name, Results, Json, Workers, EngineOptions.Store, EngineOptions.TakeOverStore,
        };
        command.SetAction((given, _) => RunAsync(given));
        return command;
    }

    /// <summary>What was given for FILE.</summary>
    public static string? GivenFile(ParseResult given) => given.GetResult(SourceFile)?.Tokens is [var first, ..] ? first.Value : null;

    private static async Task<int> RunAsync(ParseResult given)
    {
        var (file, json, resultFile) = (given.GetRequiredValue(SourceFile), given.GetValue(Json), given.GetValue(Results));
        ThrowIfContradictory(given, file, json, resultFile);
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new UsageException("run: programs are started and ended by calls of 64-bit Linux, and this is none");
        }

        var allowed = given.GetValue(Allow) is { Length: > 0 } programs ? AllowedPrograms.Of(programs) : AllowedPrograms.Any;
        var source = RunSource.Open(file, given.GetValue(Name));
        await using (source.ConfigureAwait(false))
        {
            using var interruption = new Interruption();
            var options = EngineOptions.Of(given, Workers);
            if (given.GetValue(Check))
            {
                return await CheckAsync(source, RunSettings.Of(EngineHost.ConfigOf(options), allowed, []), interruption.Token).ConfigureAwait(false);
            }

            var results = resultFile is null ? null : ResultLines.Open(resultFile);
            var engine = await EngineHost.StartAsync(options, config => RunSettings.Of(config, allowed, given.GetValue(Env) ?? [])).ConfigureAwait(false);
            await using (engine.ConfigureAwait(false))
            {
                var rules = new RunRules(engine.Run!.LinesMax, engine.Run.BytesMax, engine.Run.Exec.LineMax, given.GetValue(Follow), given.GetValue(OnBadLine) != Skip);
                var summary = await RunAsync(engine, source, rules, results, interruption, isShown: !json && resultFile != "-").ConfigureAwait(false);
                if (results is not null)
                {
                    await results.DisposeAsync().ConfigureAwait(false);
                }

                await PrintAsync(summary, json, resultFile == "-").ConfigureAwait(false);
                return summary.ExitCode;
            }
        }
    }

    private static async Task<RunSummary> RunAsync(EngineHost engine, RunSource source, RunRules rules, ResultLines? results, Interruption interruption, bool isShown)
    {
        var totals = new RunTotals();
        using var job = new RunJob(engine, source, EngineHost.LineFormatOf(engine.Run!), rules, totals, results);
        var watch = Stopwatch.StartNew();
        DrainReport? left = null;
        string? broken = null;
        var running = RunToEndAsync(engine, job, interruption.Token);
        if (isShown && Terminal.IsInteractive)
        {
            await new LiveDisplay(
                Terminal.Open(),
                engine.Client,
                () => $"[bold]{ByteSize.Grouped(totals.Read)}[/] lines, [bold]{ByteSize.Grouped(totals.Succeeded)}[/] succeeded, {ByteSize.Grouped(totals.Failed)} failed, "
                    + $"{ByteSize.Grouped(job.Live.Count)} under way, {ByteSize.Grouped(totals.BadLines)} wrong",
                static () => [],
                engine.Settings.RefreshInterval).ShowAsync(running, interruption.Token).ConfigureAwait(false);
        }

        try
        {
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            left = await StopAsync(engine, job).ConfigureAwait(false);
        }
        catch (Exception stopped) when (stopped is EngineStoppedException or IOException)
        {
            broken = stopped.Message;
        }

        return new RunSummary { Source = source.Name, Totals = totals, Elapsed = watch.Elapsed, Left = left, IsKept = engine.HasStore, Broken = broken };
    }

    private static async Task RunToEndAsync(EngineHost engine, RunJob job, CancellationToken cancellation)
    {
        await job.RunAsync(cancellation).ConfigureAwait(false);
        if (!engine.HasStore)
        {
            return;
        }

        // What an earlier run has left, and no line of this one names.
        var isTold = false;
        await foreach (var progress in engine.Client.WatchAsync(engine.Settings.RefreshInterval, cancellation).ConfigureAwait(false))
        {
            if (progress.Live == 0 && progress.Store is not { IsRecovering: true })
            {
                return;
            }

            if (!isTold && progress.LiveTrees > 0)
            {
                isTold = true;
                await System.Console.Error.WriteLineAsync($"actors: going on with {ByteSize.Grouped(progress.LiveTrees)} tree(s) that an earlier run has left in the store").ConfigureAwait(false);
            }
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private static async Task<DrainReport> StopAsync(EngineHost engine, RunJob job)
    {
        await System.Console.Error.WriteLineAsync("actors: stopping: what runs may end; Ctrl-C again stops now").ConfigureAwait(false);
        var left = await engine.Client.DrainAsync(DrainMode.FinishRunning, engine.Settings.DrainTimeout).ConfigureAwait(false);
        if (!engine.HasStore)
        {
            foreach (var id in job.Live)
            {
                await engine.Client.CancelTreeAsync(id).ConfigureAwait(false); // what is left is settled, so that the shutdown does not list it again
            }
        }
        else if (left.Left.Any(static task => task.State == TaskState.Running))
        {
            left = await engine.Client.DrainAsync(DrainMode.Now, engine.Settings.DrainTimeout).ConfigureAwait(false); // ends the programs; their tasks have used up no attempt
        }

        return left;
    }

    private static async Task<int> CheckAsync(RunSource source, RunSettings settings, CancellationToken cancellation)
    {
        var totals = new RunTotals();
        var format = EngineHost.LineFormatOf(settings);
        var reader = source.Read(settings.Exec.LineMax, follow: false);
        while (await reader.NextAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            try
            {
                if (format.Parse(line) is not null)
                {
                    totals.AddRead();
                }
            }
            catch (LineException wrong)
            {
                totals.AddRead();
                totals.AddBad(source.Name, new BadLine(line.Number, wrong.Message));
            }
        }

        await System.Console.Out.WriteLineAsync($"{ByteSize.Grouped(totals.Read)} line(s), {ByteSize.Grouped(totals.BadLines)} of them wrong").ConfigureAwait(false);
        return totals.BadLines == 0 ? ExitCode.Success : ExitCode.Errors;
    }

    private static void ThrowIfContradictory(ParseResult given, string file, bool json, string? resultFile)
    {
        if (given.GetValue(OnBadLine) is not (Stop or Skip))
        {
            throw new UsageException($"--on-bad-line must be {Stop} or {Skip}, but is '{given.GetValue(OnBadLine)}'");
        }

        if (json && resultFile == "-")
        {
            throw new UsageException("run: standard output takes the results or the summary (--json), not both");
        }

        if (given.GetValue(Follow) && (file == "-" || given.GetValue(Check)))
        {
            throw new UsageException("run: --follow is for running a file; standard input is read to its end in any case");
        }
    }

    private static async Task PrintAsync(RunSummary summary, bool json, bool toErrors)
    {
        if (json)
        {
            var output = System.Console.OpenStandardOutput();
            await using (output.ConfigureAwait(false))
            {
                await RunJson.WriteAsync(output, summary).ConfigureAwait(false);
            }

            return;
        }

        RunTable.Write(toErrors ? Terminal.OpenErrors() : Terminal.Open(), summary);
    }
}
