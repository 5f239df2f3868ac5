using Actors.Console.Commands;

namespace Actors.Console.Running;

/// <summary>How a run went, for the table and for JSON. Immutable.</summary>
internal sealed record RunSummary
{
    /// <summary>Where the lines came from, as it was given.</summary>
    public required string Source { get; init; }

    /// <summary>What came of them.</summary>
    public required RunTotals Totals { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What was left when it was cancelled; null where it was not.</summary>
    public required DrainReport? Left { get; init; }

    /// <summary>Whether what was left stands in a store.</summary>
    public required bool IsKept { get; init; }

    /// <summary>What broke it off; null where nothing did.</summary>
    public required string? Broken { get; init; }

    /// <summary>What the process tells.</summary>
    public int ExitCode => Left is not null ? Commands.ExitCode.Cancelled
        : Broken is null && Totals is { Failed: 0, Cancelled: 0, BadLines: 0 } ? Commands.ExitCode.Success
        : Commands.ExitCode.Errors;
}
