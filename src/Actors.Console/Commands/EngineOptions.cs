using System.CommandLine;

namespace Actors.Console.Commands;

/// <summary>The options that every command has, as they were given.</summary>
/// <param name="HoconFile">The HOCON file; null for the default.</param>
/// <param name="Workers">How many workers each pool has; null for what HOCON says.</param>
/// <param name="StoreLocation">Where tasks are made durable; null for what HOCON says.</param>
/// <param name="TakeOver">Whether to take the store over from a process that still has it.</param>
internal sealed record EngineOptions(string? HoconFile, int? Workers, string? StoreLocation = null, bool TakeOver = false)
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

    /// <summary><c>--store LOCATION</c>, for the commands that run tasks.</summary>
    public static Option<string?> Store { get; } = new("--store")
    {
        Description = "Keep the tasks in sqlite:FILE or postgres:CONNECTION, so that the same command goes on after a crash",
        HelpName = "LOCATION",
    };

    /// <summary><c>--take-over</c>, for the commands that run tasks.</summary>
    public static Option<bool> TakeOverStore { get; } = new("--take-over")
    {
        Description = "Take the store over from a process that still has it, and that stops then",
    };

    /// <summary><c>--workers N</c>, for one command.</summary>
    public static Option<int?> NewWorkers() => WholeNumber.Option("--workers", "How many workers each pool has; else as HOCON says", 1, WorkersMax);

    /// <summary>What was given.</summary>
    public static EngineOptions Of(ParseResult given, Option<int?> workers) =>
        new(given.GetValue(Hocon), given.GetValue(workers), given.GetValue(Store), given.GetValue(TakeOverStore));
}
