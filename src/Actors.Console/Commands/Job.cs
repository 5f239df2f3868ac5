using Actors.Console.Display;
using Actors.Console.Hosting;
using Serilog;

namespace Actors.Console.Commands;

/// <summary>Runs one tree to its end, or to Ctrl-C.</summary>
internal static class Job
{
    /// <summary>How a tree ended: the outcome of its root, and its counts; both null where it was cancelled, and then what was left.</summary>
    /// <param name="Root">The root's outcome.</param>
    /// <param name="Tree">The tree's outcome.</param>
    /// <param name="Left">What was left of a cancelled tree.</param>
    /// <param name="Reached">Where the engine stood when a cancelled tree was left.</param>
    internal sealed record Result<T>(Outcome<T>? Root, TreeOutcome? Tree, DrainReport? Left, EngineProgress? Reached)
    {
        /// <summary>Whether what was left stands in a store.</summary>
        public bool IsKept { get; init; }
    }

    /// <summary>Submits the task and awaits its tree. The first Ctrl-C drains the engine: what runs may end, the rest is left.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="root">The task.</param>
    /// <param name="interruption">Ctrl-C.</param>
    /// <param name="options">How it is submitted.</param>
    /// <param name="key">With a store, what the job is called: one that was left undone goes on, one that has ended is followed by a new one.</param>
    public static async Task<Result<T>> RunAsync<T>(
        EngineHost engine, ITask<T> root, Interruption interruption, SubmitOptions? options = null, string? key = null)
    {
        TaskHandle<T>? handle = null;
        try
        {
            handle = engine.HasStore && key is not null
                ? await GoOnAsync(engine, root, options, key, interruption.Token).ConfigureAwait(false)
                : await engine.Client.SubmitAsync(root, options, interruption.Token).ConfigureAwait(false);
            Log.Information("Submitted {Task} as {TaskId}", root.GetType().Name, handle.Id);
            var tree = await handle.TreeAsync(interruption.Token).ConfigureAwait(false);
            return new Result<T>(await handle.OutcomeAsync().ConfigureAwait(false), tree, null, null);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            await System.Console.Error.WriteLineAsync("actors: stopping: what runs may end; Ctrl-C again stops now").ConfigureAwait(false);
            var left = await engine.Client.DrainAsync(DrainMode.FinishRunning, engine.Settings.DrainTimeout).ConfigureAwait(false);
            var reached = await engine.Client.ProgressAsync().ConfigureAwait(false);
            if (handle is not null && !engine.HasStore)
            {
                await handle.CancelAsync().ConfigureAwait(false); // what is left is settled, so that the shutdown does not list it again
            }

            return new Result<T>(null, null, left, reached) { IsKept = engine.HasStore };
        }
    }

    private static async Task<TaskHandle<T>> GoOnAsync<T>(EngineHost engine, ITask<T> root, SubmitOptions? options, string key, CancellationToken token)
    {
        for (var number = 1; ; number++)
        {
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key} #{number}");
            var before = await engine.Client.FindAsync<T>(TaskId.FromKey(name)).ConfigureAwait(false);
            if (before is null)
            {
                return await engine.Client.SubmitAsync(root, (options ?? new SubmitOptions()) with { Key = name }, token).ConfigureAwait(false);
            }

            if (!before.TreeAsync(CancellationToken.None).IsCompleted)
            {
                await System.Console.Error.WriteLineAsync("actors: going on with what an earlier run has left in the store").ConfigureAwait(false);
                return before;
            }
        }
    }

    /// <summary>Tells of a tree that did not succeed, on standard error; returns the exit code.</summary>
    public static async Task<int> ReportAsync<T>(Result<T> result)
    {
        if (result.Left is { } left)
        {
            await System.Console.Error.WriteLineAsync(
                result.IsKept
                    ? $"actors: stopped: {ByteSize.Grouped(left.LeftCount)} task(s) stay in the store; the same command goes on with them"
                    : $"actors: cancelled: {ByteSize.Grouped(left.LeftCount)} task(s) left undone").ConfigureAwait(false);
            return ExitCode.Cancelled;
        }

        if (result.Tree!.FirstFailure is { } failure)
        {
            await System.Console.Error.WriteLineAsync(
                Printable.Escape($"actors: {ByteSize.Grouped(result.Tree.Failed)} task(s) failed, the first with {failure.Type}: {failure.Message}")).ConfigureAwait(false);
            return ExitCode.Errors;
        }

        return result.Tree.State == TaskState.Succeeded ? ExitCode.Success : ExitCode.Errors;
    }
}
