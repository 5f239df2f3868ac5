namespace Actors.Console.Scanning;

/// <summary>Errors: all of them counted, the first of them kept. Immutable.</summary>
internal sealed class ErrorList
{
    /// <summary>How many are kept, so that a million unreadable files do not fill the memory.</summary>
    public const int KeptMax = 1_000;

    private readonly ScanError[] _kept;

    private ErrorList(long count, ScanError[] kept)
    {
        Count = count;
        _kept = kept;
    }

    /// <summary>No error.</summary>
    public static ErrorList Empty { get; } = new(0, []);

    /// <summary>How many there are, kept or not.</summary>
    public long Count { get; }

    /// <summary>The first of them, at most <see cref="KeptMax"/>.</summary>
    public IReadOnlyList<ScanError> Kept => _kept;

    /// <summary>This list of errors.</summary>
    /// <param name="count">How many there were.</param>
    /// <param name="kept">Those that were kept.</param>
    public static ErrorList Of(long count, IReadOnlyCollection<ScanError> kept) => count == 0 ? Empty : new(count, [.. kept.Take(KeptMax)]);

    /// <summary>These errors, then those.</summary>
    public static ErrorList operator +(ErrorList left, ErrorList right)
    {
        if (left.Count == 0 || right.Count == 0)
        {
            return left.Count == 0 ? right : left;
        }

        return left._kept.Length == KeptMax
            ? new(left.Count + right.Count, left._kept)
            : Of(left.Count + right.Count, [.. left._kept, .. right._kept]);
    }
}
