namespace Actors.Admission;

/// <summary>The lanes of one pool that something may start from: the most urgent first, those that are as urgent in turn, and none is passed over for ever.</summary>
/// <remarks>A lane is as urgent as the most urgent of what is in it. What is said of a lane that was moved or taken out since counts no more: see <see cref="Lane.Ticket"/>.</remarks>
internal sealed class OpenLanes
{
    private Ranks<Rank> _ranks;

    public int Count { get; private set; }

    /// <summary>Behind those that are as urgent.</summary>
    public void Add(Lane lane)
    {
        lane.IsOpen = true;
        lane.Stand();
        var rank = _ranks.Find(lane.StandsAt) ?? _ranks.Add(new Rank(lane.StandsAt));
        if (rank.Count++ == 0)
        {
            rank.Passes = 0;
        }

        Count++;
        rank.Lanes.Enqueue((lane, lane.Ticket));
    }

    public void Remove(Lane lane)
    {
        lane.IsOpen = false;
        lane.Ticket++;
        Count--;
        var rank = RankOf(lane);
        if (--rank.Count == 0)
        {
            rank.Lanes.Clear();
        }
    }

    /// <summary>The lane whose turn it is; null where there is none.</summary>
    public Lane? Peek()
    {
        while (_ranks.Turn is { } turn)
        {
            var (lane, ticket) = turn.Lanes.Peek();
            if (!lane.IsOpen || lane.Ticket != ticket)
            {
                turn.Lanes.Dequeue();
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

    /// <summary>Something starts from a lane that has just been taken out: the others have been passed over.</summary>
    public void EndTurn(Lane lane) => _ranks.EndTurn(RankOf(lane));

    private Rank RankOf(Lane lane) => _ranks.Find(lane.StandsAt)!;

    /// <summary>Lanes that are as urgent.</summary>
    private sealed class Rank(int urgency) : Rank<Rank>(urgency)
    {
        public Queue<(Lane Lane, long Ticket)> Lanes { get; } = new();

        /// <summary>How many of them stand here still.</summary>
        public int Count { get; set; }

        public override bool HasAny => Count > 0;
    }
}
