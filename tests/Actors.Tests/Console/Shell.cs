using System.Diagnostics;

namespace Actors.Tests.Console;

/// <summary>Runs a script of bash: what makes odd files, and the other tools to compare with.</summary>
internal static class Shell
{
    public static async Task<string> RunAsync(string script, string? folder = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", "set -e\n" + script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? AppContext.BaseDirectory,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"bash ended with {process.ExitCode}: {await errors}");
    }
}
