namespace Actors.Ledger;

/// <summary>The scheduled tasks, by due time. What was cancelled stays until it is due or outnumbers the rest.</summary>
internal sealed class DueQueue
{
    private const int SweepAbove = 1024;
    private readonly PriorityQueue<TaskRecord, (long DueAt, long Order)> _queue = new();
    private long _order;
    private int _dead;

    /// <summary>When the first is due; null where none is scheduled.</summary>
    public long? Next
    {
        get
        {
            while (_queue.TryPeek(out var task, out var key))
            {
                if (IsLive(task, key.DueAt))
                {
                    return key.DueAt;
                }

                _queue.Dequeue();
                _dead = Math.Max(0, _dead - 1);
            }

            return null;
        }
    }

    public void Add(TaskRecord task, long dueAt)
    {
        task.DueAtTicks = dueAt;
        _queue.Enqueue(task, (dueAt, _order++));
    }

    /// <summary>A task in the queue was cancelled.</summary>
    public void Drop()
    {
        if (++_dead < SweepAbove || _dead * 2 < _queue.Count)
        {
            return;
        }

        var live = _queue.UnorderedItems.Where(item => IsLive(item.Element, item.Priority.DueAt)).ToArray();
        _queue.Clear();
        _queue.EnqueueRange(live);
        _dead = 0;
    }

    /// <summary>Takes the next task that is due.</summary>
    public bool TryTake(long now, out TaskRecord task)
    {
        if (Next is { } due && due <= now)
        {
            task = _queue.Dequeue();
            return true;
        }

        task = null!;
        return false;
    }

    private static bool IsLive(TaskRecord task, long dueAt) => task.State == TaskState.Scheduled && task.DueAtTicks == dueAt;
}
