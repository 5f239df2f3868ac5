using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Actors.Console.Scanning.LinuxCalls;

namespace Actors.Console.Scanning;

/// <summary>Reads folders through the C library, as <c>find</c> does.</summary>
/// <remarks>
/// System.IO would not do: it turns names that are not UTF-8 into other names, refuses paths of more than 4,096 bytes, and asks for
/// more than is needed of each file. Here names stay bytes, a long path is walked in pieces, each opened relative to the one before,
/// and only regular files are asked for their size.
/// </remarks>
internal sealed unsafe class LinuxFolderReader : IFolderReader
{
    // The kernel takes 4,096 bytes in one call, the closing zero among them.
    private const int PathBytesMax = 4095;
    private const int EntriesBetweenLooksAtTheToken = 1024;

    // The folder that this thread began its last long path at. A tree is walked depth first, so that the next long path goes on from there:
    // without it, each of 10,000 nested folders would be walked to from the top. It stays open with the thread, which is one of a few.
    [ThreadStatic]
    private static Anchor? _anchor;

    /// <summary>Whether the calls are there and mean what <see cref="LinuxCalls"/> takes them to mean.</summary>
    public static bool IsSupported { get; } = Probe();

    public PathKind Look(FolderPath path)
    {
        FileStatus status = default;
        int failed;
        var start = OpenStartOf(path, out var rest);
        fixed (byte* name = rest)
        {
            failed = start == -1 ? -1 : StatX(start, name, LookAtLink, TypeSizeAndInode, &status);
        }

        if (failed != 0)
        {
            return Marshal.GetLastPInvokeError() is NoEntry or NotAFolder ? PathKind.Nothing : PathKind.Unreachable;
        }

        return status.Type switch
        {
            EntryType.Folder => PathKind.Folder,
            EntryType.Link => PathKind.Link,
            EntryType.File => PathKind.File,
            _ => PathKind.Other,
        };
    }

    public void Read(FolderContents contents, CancellationToken cancellation)
    {
        var descriptor = Open(contents.Folder, LinuxCalls.Directory | NoFollow | NonBlocking);
        if (descriptor == -1)
        {
            contents.AddError([], LastErrorText());
            return;
        }

        var folder = OpenFolder(descriptor);
        if (folder == 0)
        {
            contents.AddError([], LastErrorText());
            _ = Close(descriptor);
            return;
        }

        try
        {
            for (var read = 1; ReadFolder(folder) is var entry && entry is not null; read++)
            {
                ReadEntry(contents, descriptor, entry);
                if (read % EntriesBetweenLooksAtTheToken == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }
            }

            if (Marshal.GetLastPInvokeError() != 0)
            {
                contents.AddError([], LastErrorText());
            }
        }
        finally
        {
            _ = CloseFolder(folder);
        }
    }

    public SafeFileHandle OpenFile(FolderPath folder, ReadOnlySpan<byte> name)
    {
        var parent = Open(folder, PathOnly | LinuxCalls.Directory | NoFollow);
        if (parent == -1)
        {
            throw new IOException(LastErrorText());
        }

        // Not blocking, since what was a file when it was listed may be a pipe by now, and opening that would wait for a writer.
        var file = OpenAt(parent, [.. name, 0], NoFollow | NonBlocking);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(parent);
        if (file == -1)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }

        var handle = new SafeFileHandle(file, ownsHandle: true);
        FileStatus status;
        byte nothing = 0;
        if (StatX(file, &nothing, LookAtOpened, TypeSizeAndInode, &status) != 0 || status.Type != EntryType.File)
        {
            handle.Dispose();
            throw new IOException("it is no regular file any more");
        }

        return handle;
    }

    private static void ReadEntry(FolderContents contents, int folder, FolderEntry* entry)
    {
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(&entry->Name);
        if (name is [(byte)'.'] or [(byte)'.', (byte)'.'])
        {
            return;
        }

        var type = entry->Type;
        FileStatus status = default;
        if (type is EntryType.File or EntryType.Unknown)
        {
            if (StatX(folder, &entry->Name, LookAtLink, TypeSizeAndInode, &status) != 0)
            {
                contents.AddError(name, LastErrorText());
            }
            else
            {
                type = status.Type;
            }
        }

        switch (type)
        {
            case EntryType.Folder:
                contents.AddFolder(name);
                break;
            case EntryType.File:
                contents.AddFile(name, (long)status.Size, new FileIdentity(status.Device, status.Inode));
                break;
            case EntryType.Link:
                contents.AddLink();
                break;
            case EntryType.Unknown: // its error has been told
                break;
            default:
                contents.AddOther();
                break;
        }
    }

    /// <summary>Opens a folder, however long its path; -1 and the last error where it cannot be opened.</summary>
    private static int Open(FolderPath folder, int flags)
    {
        var start = OpenStartOf(folder, out var rest);
        return start == -1 ? -1 : OpenAt(start, rest, flags);
    }

    /// <summary>
    /// Opens a folder above <paramref name="folder"/> from which the <paramref name="rest"/> of the path, with a closing zero, is short
    /// enough for one call: the current folder for most, the thread's anchor for a path that is too long. Nobody closes it.
    /// </summary>
    private static int OpenStartOf(FolderPath folder, out byte[] rest)
    {
        rest = [];
        var isLong = folder.PathBytes > PathBytesMax;
        var anchor = isLong && _anchor is { } held && folder.IsBelow(held.Folder) ? held : null;
        var start = anchor?.Descriptor ?? CurrentFolder;
        var piece = new List<byte>(Math.Min(folder.PathBytes, PathBytesMax) + 2);
        foreach (var step in folder.ChainBelow(anchor?.Folder))
        {
            if (piece.Count > 0 && piece.Count + 1 + step.Name.Length > PathBytesMax)
            {
                piece.Add(0);
                var next = OpenAt(start, CollectionsMarshal.AsSpan(piece), PathOnly | LinuxCalls.Directory | NoFollow);
                if (next == -1)
                {
                    return -1;
                }

                start = HoldAnchor(new Anchor(step.Parent!, next));
                piece.Clear();
            }

            if (piece.Count > 0 && piece[^1] != '/')
            {
                piece.Add((byte)'/');
            }

            piece.AddRange(step.Name);
        }

        piece.Add(0);
        rest = [.. piece];
        return start;
    }

    private static int HoldAnchor(Anchor anchor)
    {
        if (_anchor is { } before)
        {
            _ = Close(before.Descriptor);
        }

        _anchor = anchor;
        return anchor.Descriptor;
    }

    private static int OpenAt(int folder, ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* start = path)
        {
            return LinuxCalls.OpenAt(folder, start, flags | CloseOnExec);
        }
    }

    private static string LastErrorText() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return false;
        }

        try
        {
            return new LinuxFolderReader().Look(FolderPath.Root("/")) == PathKind.Folder;
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    /// <summary>A folder that is held open, to begin long paths there.</summary>
    private sealed record Anchor(FolderPath Folder, int Descriptor);
}
