using Actors.Ledger;

namespace Actors.Admission;

/// <summary>
/// The ready tasks of one pool that lead through the same gates: first come, first served. Since all of them need the same, either the first may start or none,
/// and a million of them stand here as one.
/// </summary>
/// <remarks>A task that was cancelled stays where it is and is passed over; so many of them are swept out.</remarks>
internal sealed class Lane(Gate[] gates, int pool)
{
    private const int SweepAbove = 1024;
    private TaskRecord? _head;
    private TaskRecord? _tail;
    private int _dead;

    public Gate[] Gates { get; } = gates;

    public int Pool { get; } = pool;

    /// <summary>How many tasks wait in it.</summary>
    public int Count { get; private set; }

    /// <summary>How many that started from it are running.</summary>
    public int Running { get; set; }

    /// <summary>The gate at which it waits; null where it does not.</summary>
    public Gate? WaitsFor { get; set; }

    /// <summary>Counts how often it has begun to wait: an older entry in a line counts no more.</summary>
    public long Ticket { get; set; }

    /// <summary>Whether it stands among the lanes of its pool that something may start from.</summary>
    public bool IsOpen { get; set; }

    /// <summary>How often it was first in a line and yet could not start, for another gate.</summary>
    public int PassedOver { get; set; }

    /// <summary>The age of its first task.</summary>
    public long HeadOrder => Peek()?.Gated!.Order ?? long.MaxValue;

    /// <summary>The tasks in it, first to last.</summary>
    public IEnumerable<TaskRecord> Tasks()
    {
        for (var task = _head; task is not null; task = task.NextReady)
        {
            if (task.State == TaskState.Ready)
            {
                yield return task;
            }
        }
    }

    /// <summary>Behind those that are older. One that comes back unstarted is older than most.</summary>
    public void Add(TaskRecord task)
    {
        Count++;
        var order = task.Gated!.Order;
        if (_tail is null)
        {
            _head = _tail = task;
        }
        else if (_tail.Gated!.Order < order)
        {
            _tail.NextReady = task;
            _tail = task;
        }
        else
        {
            Insert(task, order);
        }
    }

    /// <summary>The first task.</summary>
    public TaskRecord? Peek()
    {
        while (_head is { State: not TaskState.Ready } passed)
        {
            RemoveHead(passed);
            _dead--;
        }

        return _head;
    }

    public TaskRecord Pop()
    {
        var task = Peek()!;
        RemoveHead(task);
        Count--;
        return task;
    }

    /// <summary>A task in it is about to be cancelled.</summary>
    public void Drop()
    {
        _dead++;
        if (--Count == 0)
        {
            _head = _tail = null;
            _dead = 0;
        }
    }

    /// <summary>Sweeps the cancelled out where they are the most.</summary>
    public void Sweep()
    {
        if (_dead < SweepAbove || _dead < Count)
        {
            return;
        }

        TaskRecord? last = null;
        for (var task = _head; task is not null;)
        {
            var next = task.NextReady;
            task.NextReady = null;
            if (task.State == TaskState.Ready)
            {
                if (last is null)
                {
                    _head = task;
                }
                else
                {
                    last.NextReady = task;
                }

                last = task;
            }

            task = next;
        }

        _tail = last;
        _dead = 0;
    }

    private void Insert(TaskRecord task, long order)
    {
        if (_head!.Gated!.Order > order)
        {
            task.NextReady = _head;
            _head = task;
            return;
        }

        var before = _head;
        while (before.NextReady!.Gated!.Order < order)
        {
            before = before.NextReady;
        }

        task.NextReady = before.NextReady;
        before.NextReady = task;
    }

    private void RemoveHead(TaskRecord head)
    {
        _head = head.NextReady;
        head.NextReady = null;
        if (_head is null)
        {
            _tail = null;
        }
    }
}
