using Actors.Ledger;

namespace Actors.Admission;

/// <summary>The lanes of one pool that something may start from: the most urgent first, those that are as urgent in turn, and none is passed over for ever.</summary>
/// <remarks>A lane is as urgent as the most urgent of what is in it. What is said of a lane that was moved or taken out since counts no more: see <see cref="Lane.Ticket"/>.</remarks>
internal sealed class OpenLanes
{
    private readonly Queue<(Lane Lane, long Ticket)>?[] _rounds = new Queue<(Lane Lane, long Ticket)>?[TaskPriority.Count];
    private readonly int[] _counts = new int[TaskPriority.Count];
    private readonly int[] _passes = new int[TaskPriority.Count];

    public int Count { get; private set; }

    /// <summary>Behind those that are as urgent.</summary>
    public void Add(Lane lane)
    {
        lane.IsOpen = true;
        lane.StandsAt = Math.Max(TaskPriority.Lowest, lane.Urgency);
        lane.Ticket++;
        if (_counts[lane.StandsAt]++ == 0)
        {
            _passes[lane.StandsAt] = 0;
        }

        Count++;
        (_rounds[lane.StandsAt] ??= new()).Enqueue((lane, lane.Ticket));
    }

    public void Remove(Lane lane)
    {
        lane.IsOpen = false;
        lane.Ticket++;
        Count--;
        if (--_counts[lane.StandsAt] == 0)
        {
            _rounds[lane.StandsAt]!.Clear();
        }
    }

    /// <summary>The lane whose turn it is; null where there is none.</summary>
    public Lane? Peek()
    {
        while (Count > 0)
        {
            var round = _rounds[Turn()]!;
            var (lane, ticket) = round.Peek();
            if (!lane.IsOpen || lane.Ticket != ticket)
            {
                round.Dequeue();
            }
            else if (lane.Urgency is var urgency && urgency >= 0 && urgency != lane.StandsAt)
            {
                Remove(lane);
                Add(lane);
            }
            else
            {
                return lane;
            }
        }

        return null;
    }

    /// <summary>One of so urgent a lane starts: the others have been passed over.</summary>
    public void Pass(int urgency)
    {
        for (var other = 0; other < _passes.Length; other++)
        {
            _passes[other] = other == urgency ? 0 : _passes[other] + Math.Min(1, _counts[other]);
        }
    }

    private int Turn()
    {
        var highest = -1;
        var owed = -1;
        for (var urgency = TaskPriority.Highest; urgency >= 0; urgency--)
        {
            if (_counts[urgency] > 0)
            {
                highest = Math.Max(highest, urgency);
                owed = _passes[urgency] >= ReadyQueue.PassesMax && (owed < 0 || _passes[urgency] > _passes[owed]) ? urgency : owed;
            }
        }

        return owed < 0 ? highest : owed;
    }
}
