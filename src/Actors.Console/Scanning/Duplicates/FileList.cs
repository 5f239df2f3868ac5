using System.Runtime.InteropServices;

namespace Actors.Console.Scanning.Duplicates;

/// <summary>One file of a batch: its size, which file it is, and where its name ends among the names.</summary>
internal readonly record struct FileEntry(long Bytes, FileIdentity Identity, int NameEnd);

/// <summary>The files of one folder, packed: some 40 bytes a file and no object of its own, since there may be millions. Immutable.</summary>
internal sealed class FileBatch(FolderPath folder, byte[] names, FileEntry[] entries)
{
    /// <summary>The folder they are in.</summary>
    public FolderPath Folder { get; } = folder;

    /// <summary>How many there are.</summary>
    public int Count => entries.Length;

    /// <summary>A file of the batch.</summary>
    public FileEntry this[int index] => entries[index];

    /// <summary>One file of it, alone.</summary>
    public FileBatch Only(int index) => new(Folder, NameOf(index).ToArray(), [entries[index] with { NameEnd = NameOf(index).Length }]);

    /// <summary>The name of a file of the batch.</summary>
    public ReadOnlySpan<byte> NameOf(int index)
    {
        var start = index == 0 ? 0 : entries[index - 1].NameEnd;
        return names.AsSpan(start..entries[index].NameEnd);
    }
}

/// <summary>Packs the files of one folder.</summary>
internal sealed class FileBatchBuilder(FolderPath folder)
{
    private readonly List<FileEntry> _entries = [];
    private readonly List<byte> _names = [];

    /// <summary>One more file.</summary>
    public void Add(ReadOnlySpan<byte> name, long bytes, FileIdentity identity)
    {
        _names.AddRange(name);
        _entries.Add(new FileEntry(bytes, identity, _names.Count));
    }

    /// <summary>The files as a list.</summary>
    public FileList Build() => _entries.Count == 0 ? FileList.Empty : FileList.Of(BuildBatch());

    /// <summary>The files as a batch.</summary>
    public FileBatch BuildBatch() => new(folder, [.. _names], [.. _entries]);
}

/// <summary>One file of a batch.</summary>
internal readonly record struct FileReference(FileBatch Batch, int Index)
{
    /// <summary>Its size when it was listed.</summary>
    public long Bytes => Batch[Index].Bytes;

    /// <summary>Which file it is.</summary>
    public FileIdentity Identity => Batch[Index].Identity;

    /// <summary>The folder it is in.</summary>
    public FolderPath Folder => Batch.Folder;

    /// <summary>Its name.</summary>
    public ReadOnlySpan<byte> Name => Batch.NameOf(Index);

    /// <summary>Its path.</summary>
    public string Path => Folder.PathOf(Name);
}

/// <summary>The files of many folders. Immutable; two lists become one in one step, whatever their lengths.</summary>
internal sealed class FileList
{
    private readonly FileBatch? _batch;
    private readonly FileList? _left;
    private readonly FileList? _right;

    private FileList(FileBatch? batch, FileList? left, FileList? right)
    {
        _batch = batch;
        _left = left;
        _right = right;
    }

    /// <summary>No files.</summary>
    public static FileList Empty { get; } = new(null, null, null);

    /// <summary>The files of one folder.</summary>
    public static FileList Of(FileBatch batch) => new(batch, null, null);

    /// <summary>The files of both.</summary>
    public static FileList operator +(FileList left, FileList right) =>
        ReferenceEquals(left, Empty) ? right : ReferenceEquals(right, Empty) ? left : new(null, left, right);

    /// <summary>All files.</summary>
    public IEnumerable<FileReference> Files() =>
        Batches().SelectMany(static batch => Enumerable.Range(0, batch.Count), static (batch, index) => new FileReference(batch, index));

    /// <summary>All files, by their folders.</summary>
    public IEnumerable<FileBatch> Batches()
    {
        // A stack of its own, since a deep tree makes a list of lists that is as deep.
        var open = new Stack<FileList>([this]);
        while (open.TryPop(out var list))
        {
            if (list._batch is { } batch)
            {
                yield return batch;
            }
            else if (list._left is not null)
            {
                open.Push(list._right!);
                open.Push(list._left);
            }
        }
    }

    /// <summary>
    /// The files that share their size with another, by size, the largest first. Of names of the same file only the first is taken:
    /// hard links take no room twice.
    /// </summary>
    public IReadOnlyList<FileReference[]> OfEqualSize()
    {
        // Counted first, and only then listed: most sizes are had by one file only.
        var counts = new Dictionary<long, int>();
        foreach (var file in Files())
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, file.Bytes, out _)++;
        }

        var bySize = new Dictionary<long, List<FileReference>>();
        foreach (var file in Files())
        {
            if (counts[file.Bytes] > 1)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(bySize, file.Bytes, out _) ??= new(counts[file.Bytes])).Add(file);
            }
        }

        return [.. bySize
            .OrderByDescending(size => size.Key)
            .Select(size => DistinctFiles(size.Value))
            .Where(files => files.Length > 1)];
    }

    private static FileReference[] DistinctFiles(List<FileReference> names)
    {
        var seen = new HashSet<FileIdentity>();
        return [.. names.Where(file => !file.Identity.IsKnown || seen.Add(file.Identity))];
    }
}
