using Akka.Configuration;
using Serilog;
using Serilog.Events;

namespace Actors.Console.Configuration;

/// <summary>The section <c>actors.console</c>. Immutable.</summary>
internal sealed record ConsoleSettings
{
    /// <summary>How long the first Ctrl-C leaves to what runs.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>How often the live display is drawn.</summary>
    public required TimeSpan RefreshInterval { get; init; }

    /// <summary>Where the log goes.</summary>
    public required LogSettings Log { get; init; }

    /// <summary>Reads the section.</summary>
    /// <exception cref="UsageException">A value is not what its key wants; the message names the key.</exception>
    public static ConsoleSettings Of(Config config)
    {
        var console = new ConfigReader(config, "actors.console");
        return new ConsoleSettings
        {
            DrainTimeout = console.Duration("drain-timeout", TimeSpan.Zero),
            RefreshInterval = console.Duration("refresh-interval", TimeSpan.FromMilliseconds(10)),
            Log = new LogSettings
            {
                Level = console.OneOf<LogEventLevel>("log.level"),
                ConsoleEnabled = console.Switch("log.console.enabled"),
                ConsoleLevel = console.OneOf<LogEventLevel>("log.console.level"),
                FileEnabled = console.Switch("log.file.enabled"),
                FilePath = console.Text("log.file.path"),
                RollingInterval = console.OneOf<RollingInterval>("log.file.rolling-interval"),
                SizeLimitBytes = console.Bytes("log.file.size-limit"),
                RetainedCount = console.Number("log.file.retained-count", 1),
            },
        };
    }
}

/// <summary>The section <c>actors.console.log</c>. Immutable.</summary>
internal sealed record LogSettings
{
    /// <summary>The lowest level that is written anywhere.</summary>
    public required LogEventLevel Level { get; init; }

    /// <summary>Whether standard error gets the log.</summary>
    public required bool ConsoleEnabled { get; init; }

    /// <summary>The lowest level that standard error gets.</summary>
    public required LogEventLevel ConsoleLevel { get; init; }

    /// <summary>Whether a file gets the log.</summary>
    public required bool FileEnabled { get; init; }

    /// <summary>The file; the date goes before its ending. Empty for the user's state folder.</summary>
    public required string FilePath { get; init; }

    /// <summary>How often a new file begins.</summary>
    public required RollingInterval RollingInterval { get; init; }

    /// <summary>How large a file becomes before the next begins.</summary>
    public required long SizeLimitBytes { get; init; }

    /// <summary>How many files are kept.</summary>
    public required int RetainedCount { get; init; }
}
