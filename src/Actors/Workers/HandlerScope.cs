namespace Actors.Workers;

/// <summary>
/// Knows, wherever code runs, whether it runs inside a handler: the flow of execution carries the runner, through awaits and into
/// tasks that the handler starts.
/// </summary>
internal static class HandlerScope
{
    private static readonly AsyncLocal<ChunkRunner?> Runner = new();

    /// <summary>The context of the attempt in whose flow this runs; null outside of handlers, and once the attempt has ended.</summary>
    public static TaskContext? Current => Runner.Value?.Current;

    /// <summary>From here on, in the calling asynchronous method and what it calls.</summary>
    public static void Enter(ChunkRunner runner) => Runner.Value = runner;

    /// <exception cref="InvalidOperationException">This runs inside a handler.</exception>
    public static void ThrowIfInside(string what, string instead)
    {
        if (Current is { } context)
        {
            throw new InvalidOperationException(
                $"{what} inside a handler would hold its worker until another task ends, and on a pool of one worker that is for ever. "
                + $"{instead} (Task {context.TaskId}, {context.TaskType}.)");
        }
    }
}
