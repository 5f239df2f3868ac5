using Actors.Storage;

namespace Actors;

/// <summary>Reads the tasks of a store without an engine. For tools; the store may be in use meanwhile, and is not changed.</summary>
public static class StoreContents
{
    private const int Window = 1024;

    /// <summary>Every task that stands there, tree by tree, as of one moment; within a tree in the order in which they became real, the root first.</summary>
    /// <remarks>Read as they are asked for, so that it does not matter how many there are. What ran when the last engine ended is <see cref="TaskState.Ready"/>: it runs again.</remarks>
    /// <param name="location"><c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <param name="liveTreesOnly">Whether trees that have ended are left out.</param>
    /// <exception cref="StoreException">There is no such store, or it cannot be read.</exception>
    public static IEnumerable<StoredTaskInfo> Read(string location, bool liveTreesOnly)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        return ReadRows(location, liveTreesOnly);
    }

    private static IEnumerable<StoredTaskInfo> ReadRows(string location, bool liveTreesOnly)
    {
        using var store = StoreSettings.Create(EngineSettings.Reference.GetConfig("actors.store"), location);
        _ = store.Info(); // is it one?
        using var reader = liveTreesOnly ? store.ReadLiveTrees(long.MaxValue) : store.ReadAll();
        var rows = new TaskRow[Window];
        var root = default(TaskId);
        while (Fill(store, reader, rows) is > 0 and var count)
        {
            for (var index = 0; index < count; index++)
            {
                root = rows[index].Number == 0 ? rows[index].Id : root;
                yield return InfoOf(in rows[index], root);
            }
        }
    }

    private static int Fill(ITaskStore store, ITaskReader reader, TaskRow[] rows)
    {
        try
        {
            return reader.Read(rows);
        }
        catch (System.Data.Common.DbException exception)
        {
            throw new StoreException($"The store {store.Name} cannot be read to its end: {exception.Message}", exception);
        }
    }

    private static StoredTaskInfo InfoOf(in TaskRow row, TaskId root) => new()
    {
        Id = row.Id,
        RootId = root,
        Number = row.Number,
        Parent = row.Parent == TaskRow.None ? null : row.Parent,
        Join = row.Join == TaskRow.None ? null : row.Join,
        IsJoin = row.Flags.HasFlag(TaskFlags.Join),
        Type = row.Type,
        State = row.State,
        Attempt = row.Attempt + row.Losses,
        Losses = row.Losses,
        DueAt = At(row.DueAt),
        CreatedAt = At(row.CreatedAt),
        EndedAt = At(row.EndedAt),
        Failure = row.State == TaskState.Failed && row.Outcome is { } failure ? StoreJson.ReadFailure(failure) : null,
    };

    private static DateTimeOffset? At(long ticks) => ticks is TaskRow.None or 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}

/// <summary>A task as it stands in a store. Immutable.</summary>
public sealed record StoredTaskInfo
{
    /// <summary>Its id.</summary>
    public required TaskId Id { get; init; }

    /// <summary>Its tree's root.</summary>
    public required TaskId RootId { get; init; }

    /// <summary>Its number in its tree; 0 for the root.</summary>
    public required long Number { get; init; }

    /// <summary>The number of the task that spawned it, or that a join belongs to; null for a root and for a completion task.</summary>
    public long? Parent { get; init; }

    /// <summary>The number of the join that gets its outcome; null where none does.</summary>
    public long? Join { get; init; }

    /// <summary>Whether it is a join.</summary>
    public bool IsJoin { get; init; }

    /// <summary>Its type's name.</summary>
    public required string Type { get; init; }

    /// <summary>Where it stands.</summary>
    public required TaskState State { get; init; }

    /// <summary>How many attempts have been started.</summary>
    public int Attempt { get; init; }

    /// <summary>How often its worker or the process died while it ran.</summary>
    public int Losses { get; init; }

    /// <summary>When it is due; null where it is not scheduled.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it became real.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public Failure? Failure { get; init; }
}
