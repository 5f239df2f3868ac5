using Actors.Console.Exec;

namespace Actors.Console.Lines;

/// <summary>What a line asks for. Immutable.</summary>
internal abstract record Line;

/// <summary>A task, and what it has different from its type.</summary>
internal sealed record TaskLine : Line
{
    /// <summary>The task.</summary>
    public required ITask<JsonText> Task { get; init; }

    /// <summary>What it has different; with its key.</summary>
    public SpawnOptions? Options { get; init; }

    /// <summary>What runs when all of its tree is done; null for nothing. Only on lines of the file.</summary>
    public WhenDone? WhenDone { get; init; }

    /// <summary>How long its tree may take; null for ever. Only on lines of the file.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How much its tree may use up; null for any amount. Only on lines of the file.</summary>
    public TaskBudget? Budget { get; init; }

    /// <summary>Its key; null where it names none.</summary>
    public string? Key => Options?.Key;
}

/// <summary>A join of all that was spawned beside it.</summary>
/// <param name="Call">The program that reads the outcomes.</param>
/// <param name="Policy">When it runs.</param>
/// <param name="Options">What it has different from its type.</param>
internal sealed record JoinLine(ProgramCall Call, JoinPolicy Policy, JoinOptions Options) : Line;
