namespace Actors.Storage;

/// <summary>What one commit writes: all of it, or nothing. A store only reads it, and only until the commit is over: then it is filled again.</summary>
internal sealed class StoreBatch
{
    /// <summary>More rows than this are not kept room for: 10 MB in each of the two long lists.</summary>
    private const int RoomMax = 64 * 1024;

    /// <summary>1-based, without a gap in one epoch: a commit whose fate is unknown is resolved by reading the last number that stands in the store.</summary>
    public long Number { get; set; }

    /// <summary>Tasks that are new in the store, in any state; those of one tree in the order of their numbers.</summary>
    public List<TaskRow> Added { get; } = [];

    /// <summary>Tasks that stand there already: all but key, id, parent, type, payload, options and creation time is written. On a root's row the counts and the end of its tree are, too.</summary>
    public List<TaskRow> Changed { get; } = [];

    /// <summary>Trees of which only the counts have changed, on a root's row that is in neither list above.</summary>
    public List<TreeRow> Trees { get; } = [];

    /// <summary>The numbers of trees that are live from now on. Never one that ends in the same batch.</summary>
    public List<long> Opened { get; } = [];

    /// <summary>The numbers of trees that stand there as live and have ended.</summary>
    public List<long> Closed { get; } = [];

    /// <summary>What workers have from now on; of others nothing has changed.</summary>
    public List<RunningRow> Running { get; } = [];

    /// <summary>The numbers of inbox rows whose tasks are among <see cref="Added"/>, or were found to stand in the store: they leave the inbox.</summary>
    public List<long> Taken { get; } = [];

    /// <summary>Facts that are other ones from now on; each key at most once.</summary>
    public List<FactRow> Facts { get; } = [];

    /// <summary>What somebody did by hand, in order: appended, and numbered by the store.</summary>
    public List<AuditRow> Audit { get; } = [];

    /// <summary>Quarantined tasks that are not listed as such any more, since they were released.</summary>
    public List<TaskNumber> Released { get; } = [];

    /// <summary>The number that the next tree gets.</summary>
    public long NextTree { get; set; }

    /// <summary>How many trees are live.</summary>
    public long LiveTrees { get; set; }

    /// <summary>How many tasks are live.</summary>
    public long LiveTasks { get; set; }

    /// <summary>Nothing, with room for as much as there was: the rows are what the engine has most of, and lists that grow again for each commit are most of what it would allocate.</summary>
    public void Clear()
    {
        Empty(Added);
        Empty(Changed);
        Empty(Trees);
        Empty(Opened);
        Empty(Closed);
        Empty(Running);
        Empty(Taken);
        Empty(Facts);
        Empty(Audit);
        Empty(Released);
    }

    public bool IsEmpty => Added.Count + Changed.Count + Trees.Count + Opened.Count + Closed.Count + Running.Count + Taken.Count + Facts.Count + Audit.Count + Released.Count == 0;

    private static void Empty<T>(List<T> rows)
    {
        rows.Clear();
        if (rows.Capacity > RoomMax)
        {
            rows.Capacity = 0;
        }
    }
}

/// <summary>A tree of which only the counts have changed.</summary>
/// <param name="Tree">Its number.</param>
/// <param name="Counts">As in <see cref="TaskRow.Counts"/>.</param>
/// <param name="EndedAt">As in <see cref="TaskRow.TreeEndedAt"/>.</param>
internal readonly record struct TreeRow(long Tree, byte[]? Counts, long EndedAt);

/// <summary>What a worker has.</summary>
/// <param name="Worker">Its number in this process.</param>
/// <param name="Tasks">The tasks that it has not reported; null where it has nothing any more.</param>
internal readonly record struct RunningRow(int Worker, RunningTask[]? Tasks);

/// <summary>A task that a worker has.</summary>
/// <param name="Tree">Its tree.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Attempt">The attempt.</param>
internal readonly record struct RunningTask(long Tree, long Number, int Attempt);

/// <summary>A task in its store.</summary>
/// <param name="Tree">Its tree.</param>
/// <param name="Number">Its number there.</param>
internal readonly record struct TaskNumber(long Tree, long Number);
