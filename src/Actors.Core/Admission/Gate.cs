using System.Diagnostics;

namespace Actors.Admission;

/// <summary>One key of a limit or rate: whether a task may pass now, and which lanes wait until one may.</summary>
internal abstract class Gate(GateRule rule, string key)
{
    private Line? _lines;

    public GateRule Rule { get; } = rule;

    public string Key { get; } = key;

    /// <summary>How many lanes lead through it: with none, and at rest, it is forgotten.</summary>
    public int Lanes { get; set; }

    /// <summary>Whether one lane has been passed over too often: one place is kept back for it.</summary>
    public bool IsClaimed { get; set; }

    /// <summary>The pool that passed last, where several use the rule.</summary>
    public int LastPool { get; set; } = -1;

    /// <summary>Whether any lane waits here.</summary>
    public bool HasWaiting
    {
        get
        {
            for (var line = _lines; line is not null; line = line.Next)
            {
                if (line.HasWaiting)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>How many tasks may pass now.</summary>
    public abstract int Room(long nowTicks);

    /// <summary>The same for who has a place kept back here, and so goes before all that wait.</summary>
    public virtual int Left(long nowTicks) => Room(nowTicks);

    /// <summary>One passes.</summary>
    /// <param name="passage">A number of its own, higher than all before.</param>
    /// <param name="nowTicks">When.</param>
    public abstract void Pass(long passage, long nowTicks);

    /// <summary>One that has passed is back.</summary>
    /// <param name="passage">The number with which it has passed.</param>
    /// <param name="hasRun">Whether it can have started.</param>
    public abstract void Return(long passage, bool hasRun);

    /// <summary>Whether it is as if it were new.</summary>
    public abstract bool IsAtRest(long nowTicks);

    /// <summary>As in "host, key example.org"; without the key where all tasks have the same, empty one.</summary>
    protected string Named => Key.Length == 0 ? Rule.Name : $"{Rule.Name}, key {Key}";

    /// <summary>As in "limit host, key example.org".</summary>
    public abstract override string ToString();

    public void Wait(Lane lane) => LineOf(lane.Pool).Wait(lane);

    public Line? FirstLine => _lines;

    public Line LineOf(int pool)
    {
        for (var line = _lines; line is not null; line = line.Next)
        {
            if (line.Pool == pool)
            {
                return line;
            }
        }

        return _lines = new Line(pool, _lines);
    }

    /// <summary>The lanes of one pool that wait at a gate, and how many that lead through it are open.</summary>
    internal sealed class Line(int pool, Line? next)
    {
        private Ranks<Rank> _ranks;

        public int Pool { get; } = pool;

        public Line? Next { get; } = next;

        /// <summary>Counted only where the rule spans pools.</summary>
        public int Open { get; set; }

        /// <summary>Whether any lane may wait.</summary>
        public bool HasWaiting => _ranks.Highest is not null;

        public void Wait(Lane lane) =>
            (_ranks.Find(lane.StandsAt) ?? _ranks.Add(new Rank(lane.StandsAt))).Lanes.Enqueue((lane, lane.Ticket), lane.OldestOrder);

        /// <summary>
        /// The lane whose turn it is: the most urgent, of those the one that has waited longest by its oldest task, unless others were passed over too often. Null where none
        /// waits.
        /// </summary>
        public Lane? Take()
        {
            while (_ranks.Turn is { } turn)
            {
                while (turn.Lanes.TryDequeue(out var entry, out _))
                {
                    if (entry.Lane.WaitsFor is not null && entry.Lane.Ticket == entry.Ticket)
                    {
                        _ranks.EndTurn(turn);
                        return entry.Lane;
                    }
                }
            }

            return null;
        }

        /// <summary>Lanes that are as urgent.</summary>
        private sealed class Rank(int urgency) : Rank<Rank>(urgency)
        {
            /// <summary>Oldest first. A lane that waits no more, or as more urgent, stays until it comes up.</summary>
            public PriorityQueue<(Lane Lane, long Ticket), long> Lanes { get; } = new();

            public override bool HasAny => Lanes.Count > 0;
        }
    }
}

/// <summary>A key of a limit.</summary>
internal class Permits(LimitRule rule, string key) : Gate(rule, key)
{
    /// <summary>How many are held: one by each attempt that runs.</summary>
    public int Held { get; private set; }

    public int Count => ((LimitRule)Rule).Permits;

    /// <summary>Of those that hold a permit, the ones whose own descendants have waited for one, each with the last that did.</summary>
    public Dictionary<Ledger.TaskRecord, Ledger.TaskRecord>? HeldAbove { get; set; }

    public override int Room(long nowTicks) => Count - Held;

    public override void Pass(long passage, long nowTicks) => Held++;

    public override void Return(long passage, bool hasRun)
    {
        if (Held <= 0)
        {
            throw new UnreachableException($"A permit of {this} comes back, and {Held} of {Count} are held.");
        }

        Held--;
    }

    public override bool IsAtRest(long nowTicks) => Held == 0;

    public override string ToString() => $"limit {Named}";
}
