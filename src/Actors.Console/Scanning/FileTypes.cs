namespace Actors.Console.Scanning;

/// <summary>How many files of a type there are and what they hold.</summary>
/// <param name="Type">The ending with its dot, in lower case; or <see cref="FileTypes.None"/> or <see cref="FileTypes.Other"/>.</param>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">The sum of their sizes.</param>
internal readonly record struct FileType(string Type, long Files, long Bytes);

/// <summary>Files counted by type. Immutable, and sorted by type, so that two of them add up in one pass.</summary>
internal sealed class FileTypes
{
    /// <summary>The type of files without an ending, as <c>Makefile</c> and <c>.profile</c>.</summary>
    public const string None = "(none)";

    /// <summary>The type of files with an odd or very long ending, and of those with a rare one where there are too many types.</summary>
    public const string Other = "(other)";

    /// <summary>How many types are told apart. Beyond that the rarest become <see cref="Other"/>, so that a folder cannot fill the memory with endings.</summary>
    public const int TypesMax = 4_096;

    private const int EndingBytesMax = 16;

    private readonly FileType[] _types;

    private FileTypes(FileType[] types) => _types = types;

    /// <summary>No files.</summary>
    public static FileTypes Empty { get; } = new([]);

    /// <summary>All types, in the order of their names.</summary>
    public IReadOnlyList<FileType> All => _types;

    /// <summary>The types that hold the most bytes, most first.</summary>
    public IEnumerable<FileType> Top(int count) =>
        _types.OrderByDescending(type => type.Bytes).ThenByDescending(type => type.Files).ThenBy(type => type.Type, StringComparer.Ordinal).Take(count);

    /// <summary>These types, each once, in any order.</summary>
    public static FileTypes Of(IEnumerable<FileType> types)
    {
        FileType[] sorted = [.. types];
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Type, right.Type));
        return sorted.Length == 0 ? Empty : new(Limit(sorted));
    }

    /// <summary>The files of both.</summary>
    public static FileTypes operator +(FileTypes left, FileTypes right)
    {
        if (left._types.Length == 0 || right._types.Length == 0)
        {
            return left._types.Length == 0 ? right : left;
        }

        var both = new FileType[left._types.Length + right._types.Length];
        int at = 0, fromLeft = 0, fromRight = 0;
        while (fromLeft < left._types.Length || fromRight < right._types.Length)
        {
            var order = fromLeft == left._types.Length ? 1
                : fromRight == right._types.Length ? -1
                : string.CompareOrdinal(left._types[fromLeft].Type, right._types[fromRight].Type);
            both[at++] = order switch
            {
                < 0 => left._types[fromLeft++],
                > 0 => right._types[fromRight++],
                _ => Add(left._types[fromLeft++], right._types[fromRight++]),
            };
        }

        return new FileTypes(Limit(at == both.Length ? both : both[..at]));
    }

    /// <summary>
    /// The ending of a name in <paramref name="text"/>, in lower case, without its dot: what stands after the last dot, where that is
    /// neither the first nor the last byte. Null and <paramref name="length"/> -1 where it is not told apart.
    /// </summary>
    /// <param name="name">The name of a file.</param>
    /// <param name="text">Takes the ending with its dot; at least 17 characters.</param>
    /// <param name="length">How many characters it took; 0 where the name has no ending, -1 where it is not told apart.</param>
    public static void Ending(ReadOnlySpan<byte> name, Span<char> text, out int length)
    {
        var dot = name.LastIndexOf((byte)'.');
        var ending = dot <= 0 ? default : name[(dot + 1)..];
        length = ending.IsEmpty ? 0 : -1;
        if (ending.IsEmpty || ending.Length > EndingBytesMax)
        {
            return;
        }

        text[0] = '.';
        for (var i = 0; i < ending.Length; i++)
        {
            var character = (char)ending[i];
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-' or '+' or '~' or '#'))
            {
                return;
            }

            text[i + 1] = char.ToLowerInvariant(character);
        }

        length = ending.Length + 1;
    }

    private static FileType Add(FileType left, FileType right) => new(left.Type, left.Files + right.Files, left.Bytes + right.Bytes);

    private static FileType[] Limit(FileType[] sorted)
    {
        if (sorted.Length <= TypesMax)
        {
            return sorted;
        }

        // Half of them go at once, so that this is not done again with the next folder.
        var byFiles = sorted.Where(type => type.Type != Other).OrderByDescending(type => type.Files).ThenBy(type => type.Type, StringComparer.Ordinal).ToList();
        var rare = byFiles[(TypesMax / 2)..].Concat(sorted.Where(type => type.Type == Other));
        var other = rare.Aggregate(new FileType(Other, 0, 0), Add);
        var kept = byFiles[..(TypesMax / 2)].Append(new FileType(Other, other.Files, other.Bytes)).ToArray();
        Array.Sort(kept, static (left, right) => string.CompareOrdinal(left.Type, right.Type));
        return kept;
    }
}
