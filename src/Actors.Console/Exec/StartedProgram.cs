using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Actors.Console.Exec;

/// <summary>
/// A program that was started: the leader of a session and group of its own, with no shell between, its arguments as they were given byte for byte, and pipes for
/// what it writes.
/// </summary>
internal sealed class StartedProgram(int process, Stream output, Stream errors)
{
    private const int ReadOnly = 0;

    /// <summary>Its number, which is its group's.</summary>
    public int Process => process;

    /// <summary>What it writes to standard output.</summary>
    public Stream Output => output;

    /// <summary>What it writes to standard error.</summary>
    public Stream Errors => errors;

    /// <summary>Starts it.</summary>
    /// <param name="path">The file to run; absolute.</param>
    /// <param name="arguments">The name it is called by, then its arguments.</param>
    /// <param name="environment">All of its environment, as <c>NAME=VALUE</c>.</param>
    /// <param name="folder">The folder that it starts in.</param>
    /// <param name="input">The file that it reads from.</param>
    /// <exception cref="ProgramStartException">It cannot be started.</exception>
    public static unsafe StartedProgram Start(
        string path, IReadOnlyCollection<string> arguments, IReadOnlyCollection<string> environment, string folder, string input)
    {
        using var paths = new NativeTexts([path, folder, input]);
        using var argumentTexts = new NativeTexts(arguments);
        using var environmentTexts = new NativeTexts(environment);
        var output = NewPipe();
        var errors = default((SafePipeHandle Read, SafeFileHandle Write));
        try
        {
            errors = NewPipe();
            var process = Spawn(paths, argumentTexts.Pointers, environmentTexts.Pointers, (int)output.Write.DangerousGetHandle(), (int)errors.Write.DangerousGetHandle());
            return new StartedProgram(process, new AnonymousPipeClientStream(PipeDirection.In, output.Read), new AnonymousPipeClientStream(PipeDirection.In, errors.Read));
        }
        catch
        {
            output.Read.Dispose();
            errors.Read?.Dispose();
            throw;
        }
        finally
        {
            output.Write.Dispose();
            errors.Write?.Dispose();
        }
    }

    private static unsafe int Spawn(NativeTexts paths, byte** arguments, byte** environment, int output, int errors)
    {
        var actions = stackalloc byte[ProcessCalls.AttributesBytes];
        var attributes = stackalloc byte[ProcessCalls.AttributesBytes];
        var signals = stackalloc byte[ProcessCalls.SignalSetBytes];
        var process = 0;
        ThrowIf(ProcessCalls.InitActions(actions));
        ThrowIf(ProcessCalls.InitAttributes(attributes));
        try
        {
            // What this process ignores or blocks is its own affair: .NET ignores SIGPIPE, and a pipeline in a script lives by it.
            _ = ProcessCalls.FullSet(signals);
            ThrowIf(ProcessCalls.SetDefaultSignals(attributes, signals));
            _ = ProcessCalls.EmptySet(signals);
            ThrowIf(ProcessCalls.SetSignalMask(attributes, signals));
            ThrowIf(ProcessCalls.SetFlags(attributes, ProcessCalls.NewSession | ProcessCalls.DefaultSignals | ProcessCalls.SignalMask));
            ThrowIf(ProcessCalls.AddOpen(actions, 0, paths.Pointers[2], ReadOnly, 0));
            ThrowIf(ProcessCalls.AddDuplicate(actions, output, 1));
            ThrowIf(ProcessCalls.AddDuplicate(actions, errors, 2));
            CloseOthers(actions);
            ThrowIf(ProcessCalls.AddFolder(actions, paths.Pointers[1]));
            ThrowIf(ProcessCalls.Spawn(&process, paths.First, actions, attributes, arguments, environment));
            return process;
        }
        finally
        {
            _ = ProcessCalls.DestroyActions(actions);
            _ = ProcessCalls.DestroyAttributes(attributes);
        }
    }

    /// <summary>What whoever started this process has left open in it is not handed on. What this process opens never is.</summary>
    private static unsafe void CloseOthers(void* actions)
    {
        const int FirstOther = 3;
        try
        {
            ThrowIf(ProcessCalls.AddCloseFrom(actions, FirstOther));
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than glibc 2.34, or another.
        }
    }

    private static unsafe (SafePipeHandle Read, SafeFileHandle Write) NewPipe()
    {
        var ends = stackalloc int[2];
        return ProcessCalls.Pipe(ends, ProcessCalls.CloseOnExec) == 0
            ? (new SafePipeHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new ProgramStartException(Marshal.GetLastPInvokeError());
    }

    private static void ThrowIf(int error)
    {
        if (error != 0)
        {
            throw new ProgramStartException(error);
        }
    }
}

/// <summary>A program cannot be started.</summary>
internal sealed class ProgramStartException : Exception
{
    private const int TryAgain = 11; // EAGAIN
    private const int NoMemory = 12; // ENOMEM
    private const int ManyFiles = 24; // EMFILE
    private const int ManyFilesEverywhere = 23; // ENFILE
    private const int Busy = 26; // ETXTBSY

    public ProgramStartException(string message)
        : base(message)
    {
    }

    /// <param name="error">What the C library told.</param>
    public ProgramStartException(int error)
        : base(Marshal.GetPInvokeErrorMessage(error)) => MayPass = error is TryAgain or NoMemory or ManyFiles or ManyFilesEverywhere or Busy;

    /// <summary>Whether it may be otherwise in a moment.</summary>
    public bool MayPass { get; }
}
