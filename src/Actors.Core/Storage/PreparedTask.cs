namespace Actors;

/// <summary>
/// A task that is ready to be put into a store by a transaction of the user's own, so that it exists exactly if their data does. Made by
/// <c>TaskClient.Prepare</c>; put there by <c>SqliteTaskInbox</c> or <c>PostgreSqlTaskInbox</c>. Immutable.
/// </summary>
public sealed class PreparedTask
{
    internal PreparedTask(TaskId id, string type, byte[] payload, byte[]? options)
    {
        Id = id;
        Type = type;
        Payload = payload;
        Options = options;
    }

    /// <summary>The root's id: what <c>TaskClient.FindAsync</c> finds it by, once the engine has taken it up.</summary>
    public TaskId Id { get; }

    /// <summary>The name of its type.</summary>
    public string Type { get; }

    internal byte[] Payload { get; }

    internal byte[]? Options { get; }
}
