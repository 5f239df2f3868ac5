namespace Actors.Console.Scanning;

/// <summary>A file or a folder with its size.</summary>
/// <param name="Folder">The folder, or the folder that the file is in.</param>
/// <param name="Name">The file's name; empty for a folder.</param>
/// <param name="Bytes">Its size; a folder's is that of all files in and below it.</param>
internal readonly record struct Sized(FolderPath Folder, byte[] Name, long Bytes) : IComparable<Sized>
{
    /// <summary>The larger first; where they are the same, the shallower path first.</summary>
    public int CompareTo(Sized other) => Compare(Bytes, Folder, Name, other);

    /// <summary>How a file that is not made up yet compares with one that is.</summary>
    public static int Compare(long bytes, FolderPath folder, ReadOnlySpan<byte> name, Sized other)
    {
        if (bytes != other.Bytes)
        {
            return other.Bytes.CompareTo(bytes);
        }

        var order = folder.CompareTo(other.Folder);
        return order != 0 ? order : name.SequenceCompareTo(other.Name);
    }
}

/// <summary>The largest files or folders, the larger first. Immutable.</summary>
internal sealed class Largest
{
    /// <summary>How many are kept.</summary>
    public const int KeptMax = 10;

    private readonly Sized[] _kept;

    private Largest(Sized[] kept) => _kept = kept;

    /// <summary>None.</summary>
    public static Largest Empty { get; } = new([]);

    /// <summary>The largest first, at most <see cref="KeptMax"/>.</summary>
    public IReadOnlyList<Sized> Kept => _kept;

    /// <summary>Those that another kept.</summary>
    public static Largest Of(Sized[] kept) => kept.Length == 0 ? Empty : new(kept);

    /// <summary>The largest of these and one more. What has no bytes is never among them.</summary>
    public Largest With(FolderPath folder, ReadOnlySpan<byte> name, long bytes)
    {
        if (bytes == 0 || (_kept.Length == KeptMax && Sized.Compare(bytes, folder, name, _kept[^1]) > 0))
        {
            return this;
        }

        return this + new Largest([new Sized(folder, name.ToArray(), bytes)]);
    }

    /// <summary>The largest of both.</summary>
    public static Largest operator +(Largest left, Largest right)
    {
        if (left._kept.Length == 0 || right._kept.Length == 0)
        {
            return left._kept.Length == 0 ? right : left;
        }

        var both = new Sized[Math.Min(KeptMax, left._kept.Length + right._kept.Length)];
        for (int at = 0, fromLeft = 0, fromRight = 0; at < both.Length; at++)
        {
            var takeLeft = fromRight == right._kept.Length
                || (fromLeft < left._kept.Length && left._kept[fromLeft].CompareTo(right._kept[fromRight]) <= 0);
            both[at] = takeLeft ? left._kept[fromLeft++] : right._kept[fromRight++];
        }

        return new Largest(both);
    }
}
