using System.CommandLine;

namespace Actors.Console.Commands;

/// <summary>The options that every command has, as they were given.</summary>
/// <param name="HoconFile">The HOCON file; null for the default.</param>
/// <param name="Workers">How many workers each pool has; null for what HOCON says.</param>
internal sealed record EngineOptions(string? HoconFile, int? Workers)
{
    /// <summary>Threads: more would not run at the same time, and each takes memory.</summary>
    public const int ThreadsMax = 64;

    private const int WorkersMax = 1_024;

    /// <summary><c>--hocon FILE</c>.</summary>
    public static Option<string?> Hocon { get; } = new("--hocon")
    {
        Description = "HOCON file, above what hocon/actors.conf says",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary><c>--verbose</c>.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Print the stack trace with an error",
        Recursive = true,
    };

    /// <summary><c>--workers N</c>, for one command.</summary>
    public static Option<int?> NewWorkers() => WholeNumber.Option("--workers", "How many workers each pool has; else as HOCON says", 1, WorkersMax);

    /// <summary>What was given.</summary>
    public static EngineOptions Of(ParseResult given, Option<int?> workers) => new(given.GetValue(Hocon), given.GetValue(workers));
}
