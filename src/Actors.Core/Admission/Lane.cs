using Actors.Ledger;

namespace Actors.Admission;

/// <summary>
/// The ready tasks of one pool that lead through the same gates: the highest priority first, within one priority first come, first served. Since all of them need the same,
/// either the first may start or none, and a million of them stand here as one.
/// </summary>
/// <remarks>
/// None is passed over for ever: a priority that was, as often as <see cref="ReadyQueue.PassesMax"/> says, has the next turn. A task that was cancelled stays where it is and is
/// passed over; so many of them are swept out.
/// </remarks>
internal sealed class Lane(Gate[] gates, int pool)
{
    private const int SweepAbove = 1024;

    /// <summary>The tasks by their priority, the highest first; most lanes have one line.</summary>
    private Ranks<Line> _lines;
    private int _dead;

    public Gate[] Gates { get; } = gates;

    public int Pool { get; } = pool;

    /// <summary>How many tasks wait in it.</summary>
    public int Count { get; private set; }

    /// <summary>How many that started from it are running.</summary>
    public int Running { get; set; }

    /// <summary>The gate at which it waits; null where it does not.</summary>
    public Gate? WaitsFor { get; set; }

    /// <summary>Counts how often it has begun to wait or to stand open: an older entry in a line counts no more.</summary>
    public long Ticket { get; set; }

    /// <summary>As how urgent it waits or stands open.</summary>
    public int StandsAt { get; private set; }

    /// <summary>Whether it stands among the lanes of its pool that something may start from.</summary>
    public bool IsOpen { get; set; }

    /// <summary>How often it was first in a line and yet could not start, for another gate.</summary>
    public int PassedOver { get; set; }

    /// <summary>The highest priority of what is in it; below all where nothing is.</summary>
    public int Urgency => _lines.Highest?.Urgency ?? -1;

    /// <summary>The age of its oldest task: of lanes that are as urgent the oldest goes first.</summary>
    public long OldestOrder
    {
        get
        {
            var oldest = long.MaxValue;
            for (var line = _lines.First; line is not null; line = line.Next)
            {
                oldest = Math.Min(oldest, line.HasAny ? line.Head!.Gated!.Order : long.MaxValue);
            }

            return oldest;
        }
    }

    /// <summary>From now on it waits or stands open as urgent as it is, and what was said of it before counts no more.</summary>
    public void Stand()
    {
        StandsAt = Math.Max(TaskPriority.Lowest, Urgency);
        Ticket++;
    }

    /// <summary>Behind those of its priority that are older. One that comes back unstarted is older than most.</summary>
    public void Add(TaskRecord task)
    {
        Count++;
        (_lines.Find(task.Priority) ?? _lines.Add(new Line(this, task.Priority))).Add(task);
    }

    /// <summary>The task whose turn it is.</summary>
    public TaskRecord? Peek() => _lines.Turn?.Head;

    public TaskRecord Pop()
    {
        var turn = _lines.Turn!;
        var task = turn.Head!;
        turn.RemoveHead();
        Count--;
        _lines.EndTurn(turn);
        return task;
    }

    /// <summary>A task in it is about to be cancelled.</summary>
    public void Drop()
    {
        _dead++;
        if (--Count == 0)
        {
            _lines.Clear();
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

        for (var line = _lines.First; line is not null; line = line.Next)
        {
            line.Sweep();
        }

        _dead = 0;
    }

    /// <summary>The tasks of one priority, oldest first.</summary>
    private sealed class Line(Lane lane, int priority) : Rank<Line>(priority)
    {
        private TaskRecord? _tail;

        public TaskRecord? Head { get; private set; }

        /// <summary>Whether any is left once those at its head that were cancelled are gone.</summary>
        public override bool HasAny
        {
            get
            {
                while (Head is { State: not TaskState.Ready })
                {
                    RemoveHead();
                    lane._dead--;
                }

                return Head is not null;
            }
        }

        public void Add(TaskRecord task)
        {
            var order = task.Gated!.Order;
            if (_tail is null)
            {
                Head = _tail = task;
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

        public void RemoveHead()
        {
            var head = Head!;
            Head = head.NextReady;
            head.NextReady = null;
            if (Head is null)
            {
                _tail = null;
            }
        }

        public void Sweep()
        {
            TaskRecord? last = null;
            var task = Head;
            Head = null;
            while (task is not null)
            {
                var next = task.NextReady;
                task.NextReady = null;
                if (task.State == TaskState.Ready)
                {
                    if (last is null)
                    {
                        Head = task;
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
        }

        private void Insert(TaskRecord task, long order)
        {
            if (Head!.Gated!.Order > order)
            {
                task.NextReady = Head;
                Head = task;
                return;
            }

            var before = Head;
            while (before.NextReady!.Gated!.Order < order)
            {
                before = before.NextReady;
            }

            task.NextReady = before.NextReady;
            before.NextReady = task;
        }
    }
}
