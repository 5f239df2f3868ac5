using System.Runtime.InteropServices;

namespace Actors.Console.Exec;

/// <summary>The calls of the Linux C library that starting and ending programs needs. Sizes and offsets are those of the 64-bit C libraries.</summary>
internal static unsafe partial class ProcessCalls
{
    public const int CloseOnExec = 0x80000; // O_CLOEXEC
    public const int AttributesBytes = 1_024; // posix_spawnattr_t and posix_spawn_file_actions_t have less than half of it everywhere
    public const int SignalSetBytes = 128; // sigset_t
    public const short NewSession = 0x80; // POSIX_SPAWN_SETSID
    public const short DefaultSignals = 0x04; // POSIX_SPAWN_SETSIGDEF
    public const short SignalMask = 0x08; // POSIX_SPAWN_SETSIGMASK
    public const int Exited = 0x4; // WEXITED
    public const int NoHang = 0x1; // WNOHANG
    public const int NoWait = 0x1000000; // WNOWAIT
    public const int ByProcess = 1; // P_PID
    public const int ExecutableFile = 1; // X_OK
    public const int Terminate = 15; // SIGTERM
    public const int Kill = 9; // SIGKILL
    public const int Continue = 18; // SIGCONT

    private const int OpenPidNumber = 434; // pidfd_open and pidfd_send_signal have the same numbers on every processor
    private const int SignalPidNumber = 424;

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    public static partial int Spawn(int* process, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int InitAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetDefaultSignals(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(void* actions, int descriptor, int asDescriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    public static partial int AddOpen(void* actions, int asDescriptor, byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int AddFolder(void* actions, byte* path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static partial int AddCloseFrom(void* actions, int descriptor);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int EmptySet(void* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int FullSet(void* signals);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    public static partial int WaitId(int kind, int process, ExitInfo* info, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Signal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true)]
    public static partial int Access(byte* path, int mode);

    /// <summary>A descriptor that stays with this process and no other that gets its number later; negative where there is no such process.</summary>
    public static int OpenPid(int process) => SystemCall(OpenPidNumber, process, 0);

    /// <summary>Sends a signal to the process of <see cref="OpenPid"/>.</summary>
    public static int SignalPid(int descriptor, int signal) => SystemCall(SignalPidNumber, descriptor, signal, null, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial int SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial int SystemCall(nint number, nint first, nint second, void* third, nint fourth);

    /// <summary>siginfo_t, as far as waitid fills it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct ExitInfo
    {
        /// <summary>CLD_EXITED is 1; what a signal ended has another.</summary>
        [FieldOffset(8)]
        public int Code;

        /// <summary>0 where it has not ended.</summary>
        [FieldOffset(16)]
        public int Process;

        /// <summary>The exit code, or the signal.</summary>
        [FieldOffset(24)]
        public int Status;
    }
}
