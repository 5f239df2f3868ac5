using System.Text;

namespace Actors.Console.Scanning;

/// <summary>
/// Where a folder is: its name and its parent's path. Names are bytes, as the file system has them, since not every name is text.
/// Immutable.
/// </summary>
/// <remarks>
/// A chain and not a string: a folder 5,000 levels down shares its path with the 4,999 above it, where 5,000 strings would take
/// the square of that. For the same reason it is no record: equality and hash would walk the chain.
/// </remarks>
internal sealed class FolderPath : IComparable<FolderPath>
{
    private readonly byte[] _name;

    private FolderPath(FolderPath? parent, byte[] name)
    {
        _name = name;
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        PathBytes = parent is null ? name.Length : parent.PathBytes + 1 + name.Length;
    }

    /// <summary>The folder that this one is in; null for the folder that was asked for.</summary>
    public FolderPath? Parent { get; }

    /// <summary>The name within the parent; for the folder that was asked for, its path as given.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>How many folders are above it, up to the one that was asked for.</summary>
    public int Depth { get; }

    /// <summary>How long the path is, in bytes; one more where the folder that was asked for ends with a slash.</summary>
    public int PathBytes { get; }

    /// <summary>The folder that was asked for, with its path exactly as given: a slash at its end has a meaning where it is a link.</summary>
    public static FolderPath Root(string path) => Root(Encoding.UTF8.GetBytes(path));

    /// <summary>A root by its bytes.</summary>
    public static FolderPath Root(byte[] path) => new(null, path);

    /// <summary>A folder in this one.</summary>
    public FolderPath Child(byte[] name) => new(this, name);

    /// <summary>The folders below <paramref name="above"/> down to this one; all of them where that is null, or is not above this one.</summary>
    public FolderPath[] ChainBelow(FolderPath? above)
    {
        var first = IsBelow(above) ? above!.Depth + 1 : 0;
        var chain = new FolderPath[Depth + 1 - first];
        for (var folder = this; folder is not null && folder.Depth >= first; folder = folder.Parent)
        {
            chain[folder.Depth - first] = folder;
        }

        return chain;
    }

    /// <summary>Whether this folder is in <paramref name="above"/>, at any depth.</summary>
    public bool IsBelow(FolderPath? above)
    {
        if (above is null || above.Depth >= Depth)
        {
            return false;
        }

        var folder = this;
        while (folder.Depth > above.Depth)
        {
            folder = folder.Parent!;
        }

        return ReferenceEquals(folder, above);
    }

    /// <summary>The path of the entry <paramref name="name"/> of this folder, or of the folder itself where the name is empty.</summary>
    public string PathOf(ReadOnlySpan<byte> name)
    {
        var path = new StringBuilder();
        foreach (var folder in ChainBelow(null))
        {
            Separate(path);
            NameText.Append(path, folder.Name);
        }

        if (!name.IsEmpty)
        {
            Separate(path);
            NameText.Append(path, name);
        }

        return path.ToString();
    }

    /// <summary>An order of folders: the shallower first, then by the names where the paths part.</summary>
    public int CompareTo(FolderPath? other)
    {
        if (other is null || Depth != other.Depth)
        {
            return other is null ? 1 : Depth.CompareTo(other.Depth);
        }

        var order = 0;
        for (FolderPath? left = this, right = other; !ReferenceEquals(left, right); left = left!.Parent, right = right!.Parent)
        {
            order = left!.Name.SequenceCompareTo(right!.Name) is var here && here != 0 ? here : order;
        }

        return order;
    }

    /// <summary>The path as text. What is not UTF-8 in it is written as <c>\xNN</c>.</summary>
    public override string ToString() => PathOf([]);

    private static void Separate(StringBuilder path)
    {
        if (path.Length > 0 && path[^1] != '/')
        {
            path.Append('/');
        }
    }
}
