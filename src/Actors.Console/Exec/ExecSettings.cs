namespace Actors.Console.Exec;

/// <summary>How programs are run. Immutable.</summary>
internal sealed record ExecSettings
{
    /// <summary>Bytes that are kept of standard output, and of standard error, where the task does not say.</summary>
    public required int OutputMax { get; init; }

    /// <summary>Between SIGTERM and SIGKILL, where the task does not say.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>The longest grace that a task may ask for: less than the engine gives a handler.</summary>
    public required TimeSpan GraceMax { get; init; }

    /// <summary>Bytes: how much a program may write to spawn.</summary>
    public required long SpawnMax { get; init; }

    /// <summary>Bytes: the largest line of a file, and of what a program writes to spawn.</summary>
    public required int LineMax { get; init; }

    /// <summary>What every program gets besides what its task says.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The programs that may run.</summary>
    public required AllowedPrograms Allowed { get; init; }

    /// <summary>For programs that have ended and left others that hold their output: how long those have to write the rest.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(1);
}
