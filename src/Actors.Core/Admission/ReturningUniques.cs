using Actors.Ledger;

namespace Actors.Admission;

/// <summary>Unique tasks while live ones come back from a store: who had a key, and who waits to know.</summary>
internal sealed class ReturningUniques
{
    private readonly Dictionary<TaskId, UniqueHolder> _holders = [];
    private readonly Dictionary<(TaskType Type, string Key), UniqueHolder> _last = [];
    private readonly List<TaskRecord> _waiting = [];

    /// <summary>Those that waited for another one, in the order of their rows.</summary>
    public IEnumerable<TaskRecord> Waiting => _waiting.OrderBy(static task => task.Tree!.Stored!.Number).ThenBy(static task => task.Stored!.Number);

    /// <summary>Those that became real while others came back, in this process or in one before: they have met nobody yet.</summary>
    public List<TaskRecord> Strangers { get; } = [];

    /// <summary>Those that have ended before all were back.</summary>
    public IEnumerable<UniqueHolder> Ended => _holders.Values.Where(static holder => holder.Outcome is not null);

    /// <param name="task">One that waits.</param>
    /// <param name="other">Who had its key when it became real; no id where that was not known.</param>
    public void AddWaiting(TaskRecord task, TaskId other)
    {
        task.DuplicateOf = other == default ? null : other;
        (other == default ? Strangers : _waiting).Add(task);
    }

    /// <returns>Whether none is known of that key that became real later: of two one did when the period of the other was over.</returns>
    public bool Add(UniqueHolder holder, TaskType type, string key)
    {
        _holders.Add(holder.Id, holder);
        if (_last.TryGetValue((type, key), out var other) && other.BornTicks > holder.BornTicks)
        {
            return false;
        }

        _last[(type, key)] = holder;
        return true;
    }

    public UniqueHolder? Find(TaskId id) => _holders.GetValueOrDefault(id);

    /// <summary>Who a task that came back waits for: who had its key, or who has replaced that.</summary>
    public UniqueHolder? HolderOf(TaskRecord task) => Find(task.DuplicateOf!.Value) ?? _last.GetValueOrDefault((task.Type, task.Unique!.Key));
}

/// <summary>A task that had its key when the process died.</summary>
internal sealed class UniqueHolder(TaskId id, long bornTicks)
{
    public TaskId Id { get; } = id;

    public long BornTicks { get; } = bornTicks;

    /// <summary>Null where it had ended before the process came back.</summary>
    public UniqueEntry? Entry { get; init; }

    /// <summary>Null while it lives.</summary>
    public Outcome? Outcome { get; set; }
}
