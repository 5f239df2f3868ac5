using System.Runtime.InteropServices;
using System.Text;

namespace Actors.Control.Sockets;

/// <summary>Users by their numbers, and what is theirs.</summary>
internal static unsafe partial class UserId
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int LookAtLink = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int TypeShift = 12;
    private const uint TypeModeAndUser = 0x1 | 0x2 | 0x8; // STATX_TYPE | STATX_MODE | STATX_UID

    /// <summary>That of this process; 0 where there are none.</summary>
    public static uint Effective { get; } = OperatingSystem.IsWindows() ? 0 : Get();

    /// <summary>Whether a path is a folder, and no link to one, that is this user's and that nobody else may enter. Only Linux tells.</summary>
    public static bool IsOwnFolder(string path)
    {
        const int FolderType = 0x4; // S_IFDIR
        const int Others = 0x3f; // rwx of group and others
        return !OperatingSystem.IsLinux()
            || (Look(path) is { } status && status.Mode >> TypeShift == FolderType && (status.Mode & Others) == 0 && status.User == Effective);
    }

    /// <summary>Whether a path is a socket, and no link to one. Only Linux tells; elsewhere none is.</summary>
    public static bool IsSocket(string path)
    {
        const int SocketType = 0xc; // S_IFSOCK
        return OperatingSystem.IsLinux() && Look(path) is { } status && status.Mode >> TypeShift == SocketType;
    }

    private static FileStatus? Look(string path)
    {
        FileStatus status;
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return StatX(CurrentFolder, text, LookAtLink, TypeModeAndUser, &status) == 0 ? status : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint Get();

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int StatX(int folder, byte* path, int flags, uint mask, FileStatus* status);

    /// <summary>struct statx, which is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
