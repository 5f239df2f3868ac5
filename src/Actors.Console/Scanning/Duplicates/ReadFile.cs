namespace Actors.Console.Scanning.Duplicates;

/// <summary>Reads the first block of a file.</summary>
/// <param name="File">The file.</param>
internal sealed record ReadFirstBlock(FileReference File) : ITask<ReadResult>;

/// <summary>Reads all of a file.</summary>
/// <param name="File">The file.</param>
internal sealed record ReadContent(FileReference File) : ITask<ReadResult>;

/// <summary>What reading a file told: its fingerprint, or why it could not be read. Immutable.</summary>
internal sealed record ReadResult
{
    /// <summary>Neither, which stands for a task that failed.</summary>
    public static ReadResult Nothing { get; } = new();

    /// <summary>The fingerprint of what was read.</summary>
    public Fingerprint? Fingerprint { get; init; }

    /// <summary>Why it could not be read.</summary>
    public string? Error { get; init; }
}

/// <summary>Reads files to compare them, on the worker's thread.</summary>
internal sealed class ReadFileHandler(IFolderReader reader, ScanProgress progress)
    : ITaskHandler<ReadFirstBlock, ReadResult>, ITaskHandler<ReadContent, ReadResult>
{
    public Ending<ReadResult> Handle(ReadFirstBlock task, TaskContext context) =>
        Read(task.File, FileContent.FirstBlockBytes, context.CancellationToken);

    public Ending<ReadResult> Handle(ReadContent task, TaskContext context) =>
        Read(task.File, long.MaxValue, context.CancellationToken);

    private ReadResult Read(FileReference file, long bytesMax, CancellationToken cancellation)
    {
        progress.Reading(file.Folder);
        try
        {
            using var handle = reader.OpenFile(file.Folder, file.Name);
            var fingerprint = FileContent.Read(handle, file.Bytes, bytesMax, cancellation);
            progress.AddCompared(Math.Min(file.Bytes, bytesMax));
            return new ReadResult { Fingerprint = fingerprint };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            progress.AddError();
            return new ReadResult { Error = unreadable.Message };
        }
    }
}
