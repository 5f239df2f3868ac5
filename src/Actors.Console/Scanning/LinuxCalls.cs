using System.Runtime.InteropServices;

namespace Actors.Console.Scanning;

/// <summary>The calls of the Linux C library that <see cref="LinuxFolderReader"/> needs. Each sets the last error.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int CurrentFolder = -100; // AT_FDCWD
    public const int PathOnly = 0x200000; // O_PATH
    public const int CloseOnExec = 0x80000; // O_CLOEXEC
    public const int NonBlocking = 0x800; // O_NONBLOCK
    public const int LookAtLink = 0x100 | 0x800; // AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT
    public const int LookAtOpened = 0x1000; // AT_EMPTY_PATH
    public const uint TypeSizeAndInode = 0x1 | 0x200 | 0x100; // STATX_TYPE | STATX_SIZE | STATX_INO
    public const int NoEntry = 2; // ENOENT
    public const int NotAFolder = 20; // ENOTDIR

    /// <summary>O_DIRECTORY; the two numbers that differ between processors.</summary>
    public static readonly int Directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW.</summary>
    public static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint OpenFolder(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    public static partial FolderEntry* ReadFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "closedir", SetLastError = true)]
    public static partial int CloseFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(int folder, byte* path, int flags, uint mask, FileStatus* status);

    /// <summary>struct dirent of the 64-bit C libraries.</summary>
    [StructLayout(LayoutKind.Explicit)]
    public struct FolderEntry
    {
        [FieldOffset(18)]
        public EntryType Type;

        [FieldOffset(19)]
        public byte Name;
    }

    /// <summary>struct statx, which is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(136)]
        public ulong Device;

        /// <summary>The type of file that the mode tells: S_IFMT is shifted to where d_type has it.</summary>
        public readonly EntryType Type => (EntryType)(Mode >> 12);
    }

    /// <summary>d_type, and the upper bits of a mode.</summary>
    public enum EntryType : byte
    {
        Unknown = 0,
        Folder = 4,
        File = 8,
        Link = 10,
    }
}
