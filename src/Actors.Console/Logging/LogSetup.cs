using Actors.Console.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Actors.Console.Logging;

/// <summary>Builds the log: standard error for people, a rolling file of one JSON object a line for programs.</summary>
internal static class LogSetup
{
    private const string FileName = "actors-.log";
    private const string TaskFailed = "failed after {Duration} for good";

    /// <summary>Builds it. A file that cannot be written costs one warning on <paramref name="warnings"/>, not the job.</summary>
    /// <param name="settings">Where it goes.</param>
    /// <param name="warnings">Standard error.</param>
    /// <param name="tellsFailures">Whether the command tells each task that fails: standard error does not get it twice.</param>
    public static Logger Create(LogSettings settings, TextWriter warnings, bool tellsFailures)
    {
        var log = new LoggerConfiguration().MinimumLevel.Is(settings.Level);
        if (settings.ConsoleEnabled)
        {
            // To standard error, always: standard output belongs to the result.
            log.WriteTo.Logger(
                people => people
                    .Filter.ByExcluding(logged => IsToldAnyway(logged, tellsFailures))
                    .WriteTo.Console(new OneLineFormatter(), settings.ConsoleLevel, standardErrorFromLevel: LevelAlias.Minimum),
                settings.ConsoleLevel);
        }

        if (settings.FileEnabled && WritableFile(settings.FilePath, warnings) is { } path)
        {
            log.WriteTo.File(
                new CompactJsonFormatter(),
                path,
                fileSizeLimitBytes: settings.SizeLimitBytes,
                rollOnFileSizeLimit: true,
                rollingInterval: settings.RollingInterval,
                retainedFileCountLimit: settings.RetainedCount);
        }

        return log.CreateLogger();
    }

    /// <summary>Where logs go that nobody has found a place for: the user's folder for the state of programs, and never the current folder.</summary>
    public static string DefaultPath()
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "actors", "logs", FileName);
        }

        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } given && Path.IsPathRooted(given)
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "state");
        return Path.Combine(state, "actors", FileName);
    }

    /// <summary>What stops the start is told as the error of the command, in one line; a task that failed, by `run` with its line.</summary>
    private static bool IsToldAnyway(LogEvent logEvent, bool tellsFailures) =>
        (tellsFailures && logEvent.MessageTemplate.Text.Contains(TaskFailed, StringComparison.Ordinal))
        || (logEvent.Level >= LogEventLevel.Error
        && logEvent.Properties.TryGetValue(Constants.SourceContextPropertyName, out var source)
        && source is ScalarValue { Value: "Akka.Hosting.AkkaHostedService" or "Microsoft.Extensions.Hosting.Internal.Host" });

    private static string? WritableFile(string configured, TextWriter warnings)
    {
        var path = configured.Length > 0 ? configured : DefaultPath();
        try
        {
            path = Path.GetFullPath(path);
            var folder = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(folder);
            using (File.Open(Path.Combine(folder, $".{Guid.NewGuid():n}"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.DeleteOnClose,
            }))
            {
                return path;
            }
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            warnings.WriteLine(Display.Printable.Escape($"actors: warning: no log file, since {path} cannot be written: {unwritable.Message}"));
            return null;
        }
    }
}
