using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Actors.Console.Exec;

/// <summary>
/// The programs that this process has running: hears of their ends, and ends them all should this process end first. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A program that has ended is kept unreaped until <see cref="Reap"/>: as long as it is, its number, which is also its group's, can be no other's, and a
/// signal to the group reaches what the program has left and nothing else.
/// </remarks>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class ChildProcesses : IDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<ProgramExit>> _running = new();
    private readonly PosixSignalRegistration _ended;
    private readonly Timer _look; // signals of one kind are merged, and one might come before a program is in the list: nothing hangs on a single one

    public ChildProcesses()
    {
        _ended = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Look());
        _look = new Timer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        AppDomain.CurrentDomain.ProcessExit += KillAll;
    }

    /// <summary>How a program ends.</summary>
    public Task<ProgramExit> Watch(int process)
    {
        var ended = _running.GetOrAdd(process, static _ => new TaskCompletionSource<ProgramExit>(TaskCreationOptions.RunContinuationsAsynchronously));
        Look(process, ended);
        return ended.Task;
    }

    /// <summary>Lets go of a program that has ended.</summary>
    public unsafe void Reap(int process)
    {
        ProcessCalls.ExitInfo info;
        _ = ProcessCalls.WaitId(ProcessCalls.ByProcess, process, &info, ProcessCalls.Exited | ProcessCalls.NoHang);
        _running.TryRemove(process, out _);
    }

    /// <summary>Sends a signal to a program and all that is in its group.</summary>
    public static void SignalGroup(int process, int signal)
    {
        if (ProcessCalls.Signal(-process, signal) != 0)
        {
            _ = ProcessCalls.Signal(process, signal); // it has not come as far as making its group
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAll;
        _ended.Dispose();
        _look.Dispose();
        KillAll(null, EventArgs.Empty);
    }

    /// <summary>Whatever ends this process, a second Ctrl-C say: nothing that it has started goes on.</summary>
    private void KillAll(object? sender, EventArgs arguments)
    {
        foreach (var process in _running.Keys)
        {
            SignalGroup(process, ProcessCalls.Kill);
        }
    }

    private void Look()
    {
        foreach (var (process, ended) in _running)
        {
            Look(process, ended);
        }
    }

    private static unsafe void Look(int process, TaskCompletionSource<ProgramExit> ended)
    {
        ProcessCalls.ExitInfo info = default;
        if (!ended.Task.IsCompleted
            && ProcessCalls.WaitId(ProcessCalls.ByProcess, process, &info, ProcessCalls.Exited | ProcessCalls.NoHang | ProcessCalls.NoWait) == 0
            && info.Process == process)
        {
            ended.TrySetResult(info.Code == 1 ? new ProgramExit(info.Status, null) : new ProgramExit(null, info.Status));
        }
    }
}

/// <summary>How a program ended: with an exit code, or by a signal.</summary>
internal readonly record struct ProgramExit(int? Code, int? Signal)
{
    private const int SignalBase = 128;

    /// <summary>The exit code as a shell tells it: 128 and the signal, where one ended it.</summary>
    public int ShellCode => Code ?? SignalBase + Signal!.Value;
}
