namespace Actors;

/// <summary>Another task that one waits for. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="State">Where it stands.</param>
public sealed record WaitedTask(TaskId Id, string Type, TaskState State)
{
    /// <summary>Type, id and state.</summary>
    public override string ToString() => $"{Type} {Id} ({State})";
}
