namespace Actors.Console.Scanning;

/// <summary>How far a scan is, for whoever looks at it. Safe for use by many threads.</summary>
/// <remarks>
/// Only a picture: what is reported at the end comes up the tree through the joins. It is also all that is known of a scan that was cancelled.
/// </remarks>
internal sealed class ScanProgress : IDisposable
{
    private readonly ThreadLocal<FolderPath?> _reading = new(trackAllValues: true);
    private long _folders;
    private long _files;
    private long _bytes;
    private long _links;
    private long _errors;
    private long _comparedFiles;
    private long _comparedBytes;

    public long Folders => Interlocked.Read(ref _folders);

    public long Files => Interlocked.Read(ref _files);

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Links => Interlocked.Read(ref _links);

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>How many times a file was read to compare it: its first block, or all of it.</summary>
    public long ComparedFiles => Interlocked.Read(ref _comparedFiles);

    /// <summary>How many bytes were read for that.</summary>
    public long ComparedBytes => Interlocked.Read(ref _comparedBytes);

    /// <summary>The folder that each thread reads or has read last.</summary>
    public IEnumerable<FolderPath> Current => _reading.Values.OfType<FolderPath>().Distinct();

    /// <summary>The calling thread reads this folder now.</summary>
    public void Reading(FolderPath folder) => _reading.Value = folder;

    /// <summary>A folder has been read.</summary>
    public void Add(FolderTotals own)
    {
        Interlocked.Increment(ref _folders);
        Interlocked.Add(ref _files, own.Files);
        Interlocked.Add(ref _bytes, own.Bytes);
        Interlocked.Add(ref _links, own.Links);
        Interlocked.Add(ref _errors, own.Errors.Count);
    }

    /// <summary>A file has been read, or its first block.</summary>
    public void AddCompared(long bytes)
    {
        Interlocked.Increment(ref _comparedFiles);
        Interlocked.Add(ref _comparedBytes, bytes);
    }

    /// <summary>A file could not be read.</summary>
    public void AddError() => Interlocked.Increment(ref _errors);

    public void Dispose() => _reading.Dispose();
}
