namespace Actors.Ledger;

/// <summary>
/// The ids from a task up to its root, shared by all that the task spawns. A path is kept although the tasks on it have
/// ended, and it is bounded: an endless chain of follow-ups must not grow for ever.
/// </summary>
internal sealed class TaskPath
{
    internal const int LengthMax = 512;
    private const int KeptOnTrim = 256;

    private TaskPath(TaskId id, TaskPath? parent, TaskId rootId, int depth)
    {
        Id = id;
        Parent = parent;
        RootId = rootId;
        Depth = depth;
        Length = parent is null ? 1 : parent.Length + 1;
    }

    public TaskId Id { get; }

    public TaskPath? Parent { get; }

    public TaskId RootId { get; }

    /// <summary>Steps from the root; the root itself has 0.</summary>
    public int Depth { get; }

    /// <summary>How many ids are held from here up.</summary>
    public int Length { get; }

    public static TaskPath Root(TaskId id) => new(id, null, id, 0);

    public TaskPath Child(TaskId id)
    {
        var parent = Length < LengthMax ? this : Trimmed();
        return new TaskPath(id, parent, RootId, Depth + 1);
    }

    /// <summary>The ids from <paramref name="id"/>, whose parent's path this is, up to the root.</summary>
    public static IReadOnlyList<TaskId> From(TaskId id, TaskPath? parentPath)
    {
        var ids = new List<TaskId>((parentPath?.Length ?? 0) + 2) { id };
        for (var step = parentPath; step is not null; step = step.Parent)
        {
            ids.Add(step.Id);
        }

        if (parentPath is not null && ids[^1] != parentPath.RootId)
        {
            ids.Add(parentPath.RootId);
        }

        return ids;
    }

    private TaskPath Trimmed()
    {
        var kept = new TaskPath[KeptOnTrim];
        var step = this;
        for (var index = KeptOnTrim - 1; index >= 0; index--, step = step.Parent!)
        {
            kept[index] = step;
        }

        TaskPath? trimmed = null;
        foreach (var original in kept)
        {
            trimmed = new TaskPath(original.Id, trimmed, RootId, original.Depth);
        }

        return trimmed!;
    }
}
