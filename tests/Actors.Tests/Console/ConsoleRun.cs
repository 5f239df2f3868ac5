using System.Diagnostics;
using System.Text.Json;

namespace Actors.Tests.Console;

/// <summary>One run of the built console, as a process of its own.</summary>
internal sealed record ConsoleRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "Actors.Console.dll");

    /// <summary>Standard output, which must be one JSON document.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Standard error, line by line.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<ConsoleRun> OfAsync(params string[] arguments) => OfAsync(new RunOptions(), arguments);

    public static async Task<ConsoleRun> OfAsync(RunOptions options, params string[] arguments)
    {
        using var state = new TempFolder();
        string[] command = [.. options.Before, "dotnet", Assembly, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = options.Folder ?? AppContext.BaseDirectory,
        };
        start.Environment["XDG_STATE_HOME"] = state.Path;
        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            if (options.Input is { } input)
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }

            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = await ReadErrorsAsync(process, options, patience.Token);
            var text = await output;
            await process.WaitForExitAsync(patience.Token);
            return new ConsoleRun(process.ExitCode, text, errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task<string> ReadErrorsAsync(Process process, RunOptions options, CancellationToken patience)
    {
        var errors = new System.Text.StringBuilder();
        while (await process.StandardError.ReadLineAsync(patience) is { } line)
        {
            errors.Append(line).Append('\n');
            if ((options.InterruptAt is { } mark && line.Contains(mark, StringComparison.Ordinal)) || (options.InterruptAgainAt is { } again && line.Contains(again, StringComparison.Ordinal)))
            {
                await Shell.RunAsync($"kill -{options.Signal} {process.Id}");
            }
        }

        return errors.ToString();
    }
}

/// <summary>How to run the console.</summary>
internal sealed record RunOptions
{
    /// <summary>What stands before the command: another user, say.</summary>
    public string[] Before { get; init; } = [];

    /// <summary>The current folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Interrupts the process each time a line of its standard error holds this.</summary>
    public string? InterruptAt { get; init; }

    /// <summary>The same for another line.</summary>
    public string? InterruptAgainAt { get; init; }

    /// <summary>By which signal.</summary>
    public string Signal { get; init; } = "TERM";

    /// <summary>What it reads from standard input; null leaves that open.</summary>
    public string? Input { get; init; }
}
