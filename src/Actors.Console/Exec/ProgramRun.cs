using Serilog;

namespace Actors.Console.Exec;

/// <summary>
/// One program from its start to its end and that of all it has left: nothing of it outlives its run. Ends within the grace time of a cancellation, whatever the
/// program does.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class ProgramRun(StartedProgram program, ChildProcesses processes, ProgramRunSettings settings) : IDisposable
{
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _reading = new();

    /// <summary>What it wrote to standard output: the first of it.</summary>
    public CapturedOutput Output { get; } = new(settings.OutputMax, keepsEnd: false);

    /// <summary>What it wrote to standard error: the last of it.</summary>
    public CapturedOutput Errors { get; } = new(settings.OutputMax, keepsEnd: true);

    /// <summary>Waits, without a thread, until it has ended.</summary>
    /// <param name="cancellation">Ends it: SIGTERM to its group, and SIGKILL when the grace time is over.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, and has ended.</exception>
    public async Task<ProgramExit> EndAsync(CancellationToken cancellation)
    {
        var reading = ReadAsync();
        var ended = processes.Watch(program.Process);
        try
        {
            if (await IsInTimeAsync(ended, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false))
            {
                await EndRestAsync(reading, settings.Linger, cancellation).ConfigureAwait(false);
            }
            else
            {
                await EndRestAsync(reading, await TerminateAsync(ended).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            }

            cancellation.ThrowIfCancellationRequested();
            return await ended.ConfigureAwait(false);
        }
        finally
        {
            ChildProcesses.SignalGroup(program.Process, ProcessCalls.Kill);
            processes.Reap(program.Process);
            await program.Output.DisposeAsync().ConfigureAwait(false);
            await program.Errors.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _reading.Dispose();

    /// <returns>What is left of the grace time.</returns>
    private async Task<TimeSpan> TerminateAsync(Task<ProgramExit> ended)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        ChildProcesses.SignalGroup(program.Process, ProcessCalls.Terminate);
        ChildProcesses.SignalGroup(program.Process, ProcessCalls.Continue); // one that was stopped would not hear of it
        if (await IsInTimeAsync(ended, settings.Grace, CancellationToken.None).ConfigureAwait(false))
        {
            return settings.Grace - since.Elapsed is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        }

        ChildProcesses.SignalGroup(program.Process, ProcessCalls.Kill);
        if (!await IsInTimeAsync(ended, KillPatience, CancellationToken.None).ConfigureAwait(false))
        {
            Log.Warning("Program {Process} of task {TaskId} does not die of SIGKILL: it hangs in the kernel, and is left there", program.Process, settings.Task);
        }

        return TimeSpan.Zero;
    }

    /// <summary>Who still holds its output may write the rest, for a while; then whatever it has left is killed, wherever it is.</summary>
    private async Task EndRestAsync(Task reading, TimeSpan linger, CancellationToken cancellation)
    {
        var isRead = await IsInTimeAsync(reading, linger, cancellation).ConfigureAwait(false);
        ChildProcesses.SignalGroup(program.Process, ProcessCalls.Kill);
        if (!isRead)
        {
            LeftPrograms.KillLeft(run => run == settings.Run);
            if (!await IsInTimeAsync(reading, settings.Linger, CancellationToken.None).ConfigureAwait(false))
            {
                await _reading.CancelAsync().ConfigureAwait(false); // somebody holds the pipe who cannot be found
            }
        }

        await reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            await Task.WhenAll(Output.ReadAsync(program.Output, _reading.Token), Errors.ReadAsync(program.Errors, _reading.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_reading.IsCancellationRequested)
        {
            // What was read is kept.
        }
    }

    private static async Task<bool> IsInTimeAsync(Task task, TimeSpan time, CancellationToken cancellation)
    {
        await ((Task)task.WaitAsync(time, cancellation)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}

/// <summary>What a run of a program keeps to. Immutable.</summary>
/// <param name="Run">Its number, for <see cref="LeftPrograms"/>.</param>
/// <param name="Task">The task.</param>
/// <param name="OutputMax">Bytes that are kept of each output.</param>
/// <param name="Grace">Between SIGTERM and SIGKILL.</param>
/// <param name="Linger">How long those that a program has left may hold its output.</param>
internal sealed record ProgramRunSettings(long Run, TaskId Task, int OutputMax, TimeSpan Grace, TimeSpan Linger);
