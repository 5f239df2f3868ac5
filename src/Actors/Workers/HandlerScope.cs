namespace Actors.Workers;

/// <summary>
/// Knows, wherever code runs, whether it runs inside a handler. A synchronous handler is known by its thread, which costs nothing; an asynchronous one by the
/// flow of execution, which goes with it through awaits. What either starts beside itself is known to come from a chunk that still runs.
/// </summary>
internal static class HandlerScope
{
    private static readonly AsyncLocal<object?> Flow = new();

    [ThreadStatic]
    private static TaskContext? _onThread;

    /// <summary>The context of the attempt whose handler runs here; null outside of handlers, and once the attempt has ended.</summary>
    public static TaskContext? Current => _onThread ?? (Flow.Value is TaskContext { IsClosed: false } context ? context : null);

    /// <summary>From here on, in the calling asynchronous method and in what it starts.</summary>
    public static void Enter(ChunkRunner runner) => Flow.Value = runner;

    /// <inheritdoc cref="Enter(ChunkRunner)"/>
    public static void Enter(TaskContext context) => Flow.Value = context;

    /// <summary>Until <see cref="LeaveThread"/>, on this thread.</summary>
    public static void EnterThread(TaskContext context) => _onThread = context;

    public static void LeaveThread() => _onThread = null;

    /// <summary>
    /// Throws where waiting would hold a worker. What a synchronous handler has started beside itself, and left running, counts as inside as long as the
    /// chunk of that handler runs.
    /// </summary>
    /// <param name="what">What would wait: the first words of the message.</param>
    /// <param name="id">For which task; null where for none.</param>
    /// <param name="instead">What does the same without waiting.</param>
    /// <exception cref="InvalidOperationException">This runs inside a handler.</exception>
    public static void ThrowIfInside(string what, TaskId? id, string instead)
    {
        var context = Current;
        if (context is null && Flow.Value is not ChunkRunner { Current: not null })
        {
            return;
        }

        var whom = context is null ? "" : $" (This is task {context.TaskId}, {context.TaskType}.)";
        throw new InvalidOperationException(
            $"{what}{(id is null ? "" : $" of task {id}")} inside a handler would hold its worker until another task ends, and on a pool of one worker that is for ever. {instead}{whom}");
    }
}
