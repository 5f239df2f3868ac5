using Microsoft.Win32.SafeHandles;

namespace Actors.Console.Scanning;

/// <summary>Reads folders and files of the file system. Links are never followed. Safe for use by many threads.</summary>
internal interface IFolderReader
{
    /// <summary>What stands at a path.</summary>
    PathKind Look(FolderPath path);

    /// <summary>Tells <paramref name="contents"/> what is in its folder. What cannot be read is told as an error and not thrown.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    void Read(FolderContents contents, CancellationToken cancellation);

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="IOException">It cannot be opened, or is no regular file any more.</exception>
    SafeFileHandle OpenFile(FolderPath folder, ReadOnlySpan<byte> name);
}

/// <summary>What stands at a path.</summary>
internal enum PathKind
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, wherever it points.</summary>
    Link,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A socket, pipe or device.</summary>
    Other,

    /// <summary>Something that cannot be looked at.</summary>
    Unreachable,
}
