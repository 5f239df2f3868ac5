using System.Globalization;
using System.Text;
using System.Text.Json;
using Actors.Console.Lines;

namespace Actors.Console.Exec;

/// <summary>
/// Runs a program. Exit code 0 is success, and only then what it wrote to spawn becomes real; any other exit code fails the attempt. Holds a worker while the program
/// runs, and no thread.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class ExecHandler(ExecSettings settings, ChildProcesses processes, ProgramRuns runs, ExecFolder folder, LineFormat format)
    : IAsyncTaskHandler<Exec, JsonText>, IAsyncJoinHandler<ExecJoin, JsonText, JsonText>
{
    private const int MessageBytesMax = 2_000;

    public async ValueTask<Ending<JsonText>> HandleAsync(Exec task, TaskContext context) =>
        await RunAsync(task.Call, task.Call.Input is { } input ? Encoding.UTF8.GetBytes(input) : (ReadOnlyMemory<byte>?)null, context).ConfigureAwait(false);

    public async ValueTask<Ending<JsonText>> HandleAsync(ExecJoin join, IReadOnlyList<Outcome<JsonText>> outcomes, TaskContext context) =>
        await RunAsync(join.Call, OutcomeJson.Write(outcomes, join.Keys), context).ConfigureAwait(false);

    private async Task<Ending<JsonText>> RunAsync(ProgramCall call, ReadOnlyMemory<byte>? input, TaskContext context)
    {
        var run = runs.Begin();
        var (inputFile, spawnFile) = (input is null ? "/dev/null" : folder.InputOf(run), folder.SpawnOf(run));
        try
        {
            await File.WriteAllBytesAsync(spawnFile, ReadOnlyMemory<byte>.Empty, context.CancellationToken).ConfigureAwait(false);
            if (input is { } content)
            {
                await File.WriteAllBytesAsync(inputFile, content, context.CancellationToken).ConfigureAwait(false);
            }

            StartedProgram program;
            try
            {
                program = Start(call, context, run, inputFile, spawnFile);
            }
            catch (ProgramStartException wrong)
            {
                var message = $"'{call.Program}' cannot be started: {wrong.Message}";
                return wrong.MayPass ? context.Retry(message, type: "start") : context.Fail(message, "start");
            }

            var grace = call.Grace is { } asked && asked < settings.GraceMax ? asked : call.Grace is null ? settings.Grace : settings.GraceMax;
            using var running = new ProgramRun(program, processes, new ProgramRunSettings(run, context.TaskId, call.OutputMax ?? settings.OutputMax, grace, settings.Linger));
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var exit = await running.EndAsync(context.CancellationToken).ConfigureAwait(false);
            return exit.Code == 0 ? await SucceedAsync(call, running, watch.Elapsed, spawnFile, context).ConfigureAwait(false) : Fail(call, exit, running, context);
        }
        finally
        {
            runs.End(run);
            File.Delete(spawnFile);
            if (input is not null)
            {
                File.Delete(inputFile);
            }
        }
    }

    private StartedProgram Start(ProgramCall call, TaskContext context, long run, string inputFile, string spawnFile)
    {
        var environment = new Dictionary<string, string>(settings.Environment, StringComparer.Ordinal);
        foreach (var (name, value) in call.Environment ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        environment[LeftPrograms.EngineVariable] = EngineMark.Own.ToString();
        environment[LeftPrograms.TaskVariable] = context.TaskId.ToString();
        environment[LeftPrograms.RunVariable] = run.ToString(CultureInfo.InvariantCulture);
        environment["ACTORS_ROOT"] = context.RootId.ToString();
        environment["ACTORS_ATTEMPT"] = context.Attempt.ToString(CultureInfo.InvariantCulture);
        environment["ACTORS_SPAWN"] = spawnFile;
        if (!Directory.Exists(call.Folder))
        {
            throw new ProgramStartException($"there is no folder '{call.Folder}'");
        }

        var file = settings.Allowed.FileOf(call.Program, environment.GetValueOrDefault("PATH", ""));
        return StartedProgram.Start(file, [call.Program, .. call.Arguments], [.. environment.Select(static pair => $"{pair.Key}={pair.Value}")], call.Folder, inputFile);
    }

    private async Task<Ending<JsonText>> SucceedAsync(ProgramCall call, ProgramRun running, TimeSpan elapsed, string spawnFile, TaskContext context)
    {
        SpawnedLines spawned;
        try
        {
            spawned = await SpawnedLines.ReadAsync(spawnFile, format.Below(call.Folder), settings, context.CancellationToken).ConfigureAwait(false);
        }
        catch (LineException wrong)
        {
            return context.Fail($"What '{call.Program}' wrote to spawn cannot be used: {wrong.Message}", "spawn");
        }

        var children = new List<Child<JsonText>>(spawned.Tasks.Count);
        foreach (var line in spawned.Tasks)
        {
            children.Add(context.Spawn(line.Task, line.Options));
        }

        if (spawned.Join is { } join)
        {
            return context.Join(children, join, spawned.Policy, spawned.JoinOptions);
        }

        return JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("exitCode", 0);
            running.Output.Write(json, "stdout");
            running.Errors.Write(json, "stderr");
            json.WriteNumber("elapsedMs", (long)elapsed.TotalMilliseconds);
            if (children.Count > 0)
            {
                json.WriteNumber("spawned", children.Count);
            }

            json.WriteEndObject();
        });
    }

    private static Ending<JsonText> Fail(ProgramCall call, ProgramExit exit, ProgramRun running, TaskContext context)
    {
        var type = exit.Code is { } code ? $"exit {code}" : $"signal {exit.Signal}";
        var message = $"'{call.Program}' ended with {type}{TailOf(running.Errors)}";
        var mayRetry = call.RetryCodes?.Contains(exit.ShellCode) ?? context.AttemptsMax > 1;
        return mayRetry ? context.Retry(message, type: type) : context.Fail(message, type);
    }

    /// <summary>The end of standard error, where most programs say what is wrong.</summary>
    private static string TailOf(CapturedOutput errors)
    {
        var kept = errors.Kept().AsSpan();
        var text = Encoding.UTF8.GetString(kept.Length > MessageBytesMax ? kept[^MessageBytesMax..] : kept).Trim();
        return text.Length == 0 ? "" : $": {(kept.Length > MessageBytesMax || errors.IsTruncated ? "... " : "")}{text}";
    }
}
