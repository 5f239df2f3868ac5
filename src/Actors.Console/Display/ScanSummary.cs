using Actors.Console.Scanning;

namespace Actors.Console.Display;

/// <summary>How a scan went, for the table and for JSON. Immutable.</summary>
internal sealed record ScanSummary
{
    /// <summary>The folder as it was given.</summary>
    public required string Folder { get; init; }

    /// <summary>What was found; of a cancelled scan what was reached.</summary>
    public required ScanReport Report { get; init; }

    /// <summary>How many tasks the tree had, joins included.</summary>
    public required long Tasks { get; init; }

    /// <summary>How many of them failed.</summary>
    public required long Failed { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether it was cancelled before its end.</summary>
    public bool Cancelled { get; init; }
}
