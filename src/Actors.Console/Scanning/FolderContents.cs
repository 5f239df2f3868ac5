using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Scanning;

/// <summary>Collects what a reader finds in one folder. Used by one thread.</summary>
internal sealed class FolderContents
{
    private readonly Dictionary<string, FileType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileType>.AlternateLookup<ReadOnlySpan<char>> _typesByText;
    private readonly List<byte[]> _folders = [];
    private readonly List<ScanError> _errors = [];
    private readonly FileBatchBuilder? _files;
    private Largest _largest = Largest.Empty;
    private long _fileCount;
    private long _bytes;
    private long _links;
    private long _others;
    private long _errorCount;

    /// <summary>A collector for one folder.</summary>
    /// <param name="folder">The folder that is read.</param>
    /// <param name="keepFiles">Whether the files are kept, to be compared with each other later.</param>
    public FolderContents(FolderPath folder, bool keepFiles)
    {
        Folder = folder;
        _files = keepFiles ? new FileBatchBuilder(folder) : null;
        _typesByText = _types.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The folder that is read.</summary>
    public FolderPath Folder { get; }

    /// <summary>The names of the folders in it.</summary>
    public IReadOnlyList<byte[]> Folders => _folders;

    /// <summary>A regular file.</summary>
    public void AddFile(ReadOnlySpan<byte> name, long bytes, FileIdentity identity)
    {
        _fileCount++;
        _bytes += bytes;
        _largest = _largest.With(Folder, name, bytes);
        Count(name, bytes);
        if (bytes > 0)
        {
            _files?.Add(name, bytes, identity);
        }
    }

    /// <summary>A folder in the folder.</summary>
    public void AddFolder(ReadOnlySpan<byte> name) => _folders.Add(name.ToArray());

    /// <summary>A symbolic link.</summary>
    public void AddLink() => _links++;

    /// <summary>A socket, a pipe or a device.</summary>
    public void AddOther() => _others++;

    /// <summary>Something that could not be read.</summary>
    /// <param name="name">Its name; empty for the folder itself.</param>
    /// <param name="message">Why.</param>
    public void AddError(ReadOnlySpan<byte> name, string message)
    {
        _errorCount++;
        if (_errors.Count < ErrorList.KeptMax)
        {
            _errors.Add(new ScanError(Folder, name.ToArray(), message));
        }
    }

    /// <summary>What the folder itself adds to the totals: it, and what is directly in it.</summary>
    public FolderTotals Totals() => new()
    {
        Folders = 1,
        Files = _fileCount,
        Bytes = _bytes,
        Links = _links,
        Others = _others,
        Errors = ErrorList.Of(_errorCount, _errors),
        LargestFiles = _largest,
        Types = FileTypes.Of(_types.Values),
        Candidates = _files?.Build() ?? FileList.Empty,
    };

    private void Count(ReadOnlySpan<byte> name, long bytes)
    {
        Span<char> text = stackalloc char[17];
        FileTypes.Ending(name, text, out var length);
        ReadOnlySpan<char> type = length switch
        {
            0 => FileTypes.None,
            < 0 => FileTypes.Other,
            _ => text[..length],
        };
        _ = _typesByText.TryGetValue(type, out var key, out var known);
        _types[key ?? type.ToString()] = new FileType(key ?? type.ToString(), known.Files + 1, known.Bytes + bytes);
    }
}
