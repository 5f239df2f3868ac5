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
    // The kernel takes 4,096 bytes with the closing zero in one call.
    private const int PathBytesMax = 4095;
    private const int EntriesBetweenLooksAtTheToken = 1024;

    /// <summary>Whether the calls are there and mean what <see cref="LinuxCalls"/> takes them to mean.</summary>
    public static bool IsSupported { get; } = Probe();

    public PathKind Look(FolderPath path)
    {
        var parent = OpenParentOf(path, out var rest);
        if (parent == -1)
        {
            return Marshal.GetLastPInvokeError() is NoEntry or NotAFolder ? PathKind.Nothing : PathKind.Unreachable;
        }

        FileStatus status;
        int failed;
        fixed (byte* name = rest)
        {
            failed = StatX(parent, name, LookAtLink, TypeSizeAndInode, &status);
        }

        var error = Marshal.GetLastPInvokeError();
        CloseOpened(parent);
        if (failed != 0)
        {
            return error is NoEntry or NotAFolder ? PathKind.Nothing : PathKind.Unreachable;
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
            CloseOpened(descriptor);
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
        CloseOpened(parent);
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
        var parent = OpenParentOf(folder, out var rest);
        if (parent == -1)
        {
            return -1;
        }

        var opened = OpenAt(parent, rest, flags);
        var error = Marshal.GetLastPInvokeError();
        CloseOpened(parent);
        Marshal.SetLastPInvokeError(error);
        return opened;
    }

    /// <summary>
    /// Opens a folder above <paramref name="folder"/> from which the <paramref name="rest"/> of the path, with a closing zero, is short
    /// enough for one call.
    /// </summary>
    private static int OpenParentOf(FolderPath folder, out byte[] rest)
    {
        var names = folder.Names();
        var piece = new List<byte>(256);
        var parent = CurrentFolder;
        foreach (var name in names)
        {
            if (piece.Count > 0 && piece.Count + 1 + name.Length > PathBytesMax)
            {
                piece.Add(0);
                var next = OpenAt(parent, CollectionsMarshal.AsSpan(piece), PathOnly | LinuxCalls.Directory | NoFollow);
                var error = Marshal.GetLastPInvokeError();
                CloseOpened(parent);
                if (next == -1)
                {
                    Marshal.SetLastPInvokeError(error);
                    rest = [];
                    return -1;
                }

                parent = next;
                piece.Clear();
            }

            if (piece.Count > 0 && piece[^1] != '/')
            {
                piece.Add((byte)'/');
            }

            piece.AddRange(name);
        }

        rest = [.. piece, 0];
        return parent;
    }

    private static int OpenAt(int folder, ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* start = path)
        {
            return LinuxCalls.OpenAt(folder, start, flags | CloseOnExec);
        }
    }

    private static void CloseOpened(int descriptor)
    {
        if (descriptor != CurrentFolder)
        {
            _ = Close(descriptor);
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
}
