namespace Actors;

/// <summary>The engine, or a pool of it, has as much pending from outside as it may have: <c>actors.admission</c>. Submit again later, or let it wait for its turn.</summary>
public sealed class EngineFullException : Exception
{
    /// <summary>Without a message.</summary>
    public EngineFullException()
    {
    }

    /// <summary>With a message.</summary>
    public EngineFullException(string message)
        : base(message)
    {
    }

    /// <summary>With a message, and what was behind it.</summary>
    public EngineFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal EngineFullException(Admission.EdgeFull full)
        : base(full.FitsNever
            ? $"{full.Asked} task(s) were submitted at once, and {Place(full)} may have {full.Limit} tree(s) pending: they fit never. Submit fewer at once."
            : $"{Place(full)} has {full.Pending} tree(s) pending, of {full.Limit} that it may have, and {full.Asked} more were submitted.") =>
        (Pending, Limit, Pool) = (full.Pending, full.Limit, full.Pool);

    /// <summary>How many trees were pending there: submitted, and not ended.</summary>
    public long Pending { get; }

    /// <summary>How many may be.</summary>
    public long Limit { get; }

    /// <summary>The pool that is full; null where the engine is.</summary>
    public string? Pool { get; }

    private static string Place(Admission.EdgeFull full) => full.Pool is null ? "The engine" : $"Pool '{full.Pool}'";
}

/// <summary>What becomes of what is submitted when the engine, or its pool, has as much pending as it may.</summary>
public enum WhenFull
{
    /// <summary>Submitting waits, asynchronously, until it is its turn: first come, first served.</summary>
    Wait,

    /// <summary>Submitting throws an <see cref="EngineFullException"/>, with the numbers.</summary>
    Refuse,
}
