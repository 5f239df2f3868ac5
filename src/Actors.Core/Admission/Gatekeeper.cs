using Actors.Ledger;

namespace Actors.Admission;

/// <summary>
/// Limits and rates. A ready task of a type that has some stands in a <see cref="Lane"/> and not in the pool's queue. It passes all its gates at once, when a worker
/// is there for it, and gives its permits back when its attempt has ended: so nothing is ever held by what does not run, and no two can hold what the other needs.
/// </summary>
/// <remarks>
/// Nothing is scanned. A lane whose first task may start stands open in its pool; any other waits at one gate that is closed, and is looked at again when that gate
/// opens. What is true at all times: where a gate has room and lanes of a pool wait at it, another lane of that pool that leads through it is open.
/// </remarks>
internal sealed class Gatekeeper(TaskLedger ledger, int pools)
{
    /// <summary>A lane that was first so often and could not start for another gate has one place kept back at each of its gates. One lane at a time.</summary>
    public const int PassedOverMax = 16;

    private readonly Dictionary<(GateRule Rule, string Key), Gate> _gates = [];
    private readonly Dictionary<LaneKey, Lane> _lanes = [];
    private readonly OpenLanes?[] _open = new OpenLanes?[pools];
    private readonly PriorityQueue<TokenBucket, long> _due = new();
    private readonly Queue<TokenBucket> _cooling = new();
    private readonly int[] _parked = new int[pools];
    private readonly List<Lane> _yielding = [];
    private Lane? _claimant;
    private long _order;
    private long _passages;

    /// <summary>When the next tokens are due that somebody waits for; max where nobody does.</summary>
    public long NextDueTicks => _due.TryPeek(out _, out var due) ? due : long.MaxValue;

    /// <summary>Whether a pool lets another go first whose turn it is.</summary>
    public bool MayYield { get; set; }

    /// <summary>Whether one has done so.</summary>
    public bool HasYielded { get; set; }

    /// <summary>Whether places are kept back for a lane that was passed over too often.</summary>
    public bool HasClaim => _claimant is not null;

    /// <summary>How many keys are in use.</summary>
    public int Gates => _gates.Count;

    /// <summary>How many lanes of a pool something may start from, at most.</summary>
    public int OpenIn(int pool) => _open[pool]?.Count ?? 0;

    /// <summary>How many tasks of a pool stand in line.</summary>
    public int ParkedIn(int pool) => _parked[pool];

    /// <summary>A task is ready.</summary>
    /// <returns>Whether it has to pass anything at all.</returns>
    public bool Park(TaskRecord task)
    {
        if (LaneOf(task) is not { } lane)
        {
            return false;
        }

        var gated = task.Gated!;
        gated.Order = gated.Order == 0 ? ++_order : gated.Order;
        lane.Add(task);
        _parked[lane.Pool]++;
        if (lane is { IsOpen: false, WaitsFor: null })
        {
            Place(lane);
        }
        else if (task.Priority > lane.StandsAt)
        {
            Raise(lane);
        }

        if (task.Tree!.HasEarly)
        {
            foreach (var gate in lane.Gates)
            {
                if (gate is Permits permits && CapacityCycle.Look(task, permits) is { } cycle)
                {
                    ledger.Effects.Add(cycle);
                }
            }
        }

        return true;
    }

    /// <summary>A parked task is about to be cancelled.</summary>
    public void Drop(Lane lane)
    {
        lane.Drop();
        _parked[lane.Pool]--;
        if (lane.Count > 0)
        {
            lane.Sweep();
        }
        else if (!lane.IsOpen)
        {
            Leave(lane);
        }
    }

    /// <summary>The lane of a pool whose first task may start now; null where there is none.</summary>
    /// <param name="pool">The pool.</param>
    public Lane? Next(int pool)
    {
        if (_open[pool] is not { } open)
        {
            return null;
        }

        _yielding.Clear();
        var next = FirstOf(open);
        _yielding.ForEach(open.Add);
        return next;
    }

    private Lane? FirstOf(OpenLanes open)
    {
        while (open.Peek() is { } lane)
        {
            if (lane.Peek() is null)
            {
                Close(lane);
                OfferAll(lane.Gates);
                Leave(lane);
            }
            else if (ClosedAt(lane) is { } closed)
            {
                Close(lane);
                PassOver(lane, closed);
                OfferAll(lane.Gates);
            }
            else if (MayYield && HasToYield(lane))
            {
                HasYielded = true;
                open.Remove(lane);
                _yielding.Add(lane);
            }
            else
            {
                return lane;
            }
        }

        return null;
    }

    /// <summary>The first task of a lane that <see cref="Next"/> gave passes its gates.</summary>
    public TaskRecord Start(Lane lane)
    {
        var task = lane.Pop();
        _parked[lane.Pool]--;
        Close(lane);
        _open[lane.Pool]!.EndTurn(lane);
        Pass(lane, task);
        if (lane.Count > 0)
        {
            Place(lane);
        }

        OfferAll(lane.Gates);
        return task;
    }

    /// <summary>The first task of a lane that <see cref="Next"/> gave leaves it without passing: it is paused, or is to fail. It counts among the ready of its pool until it comes back.</summary>
    public TaskRecord TakeOut(Lane lane, PoolRecord pool)
    {
        var task = lane.Pop();
        _parked[lane.Pool]--;
        pool.Ready++;
        Close(lane);
        task.Gated!.Lane = null;
        if (lane.Count > 0)
        {
            Place(lane);
        }

        OfferAll(lane.Gates);
        Leave(lane);
        return task;
    }

    /// <summary>For a task that waits elsewhere: passes its gates if all are open.</summary>
    public bool TryPass(TaskRecord task)
    {
        if (LaneOf(task) is not { } lane)
        {
            return true;
        }

        if (ClosedAt(lane) is { } closed)
        {
            Leave(lane);
            if (closed is TokenBucket { IsTimed: false } bucket)
            {
                SetTime(bucket); // no end of a run brings tokens: without a time nobody would look again
            }

            return false;
        }

        Pass(lane, task);
        return true;
    }

    /// <summary>A run of a task has ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="hasRun">Whether it can have started.</param>
    public void Return(TaskRecord task, bool hasRun)
    {
        if (task.Gated?.Lane is not { } lane)
        {
            return;
        }

        task.Gated.Order = hasRun ? 0 : task.Gated.Order;
        lane.Running--;
        foreach (var gate in lane.Gates)
        {
            gate.Return(task.Gated.Passage, hasRun);
            (gate as Permits)?.HeldAbove?.Remove(task);
        }

        OfferAll(lane.Gates);
        Leave(lane);
    }

    /// <summary>Tokens are due.</summary>
    public void Tick()
    {
        while (_due.TryPeek(out var bucket, out var due) && due <= ledger.NowTicks)
        {
            _due.Dequeue();
            bucket.Arrive();
            Offer(bucket);
        }
    }

    /// <summary>Where a task stands that is ready and does not run: the gates that are closed to it.</summary>
    public IEnumerable<Gate> ClosedTo(TaskRecord task) => task.Gated?.Lane is { } lane ? lane.Gates.Where(gate => !HasRoom(gate, lane)) : [];

    private Lane? LaneOf(TaskRecord task)
    {
        var gates = task.Type.Gates!;
        if (gates.Uses.Count == 0)
        {
            return null;
        }

        if (task.Gated?.Lane is { } known && (known.Count > 0 || known.Running > 0))
        {
            return known;
        }

        var keys = task.KeysOf(gates);
        var concerned = 0;
        for (var index = 0; index < gates.Uses.Count; index++)
        {
            concerned += keys[index] is null ? 0 : 1;
        }

        if (concerned == 0)
        {
            return null;
        }

        var path = new Gate[concerned];
        var count = 0;
        for (var index = 0; index < gates.Uses.Count; index++)
        {
            if (keys[index] is { } key)
            {
                path[count++] = GateOf(gates.Uses[index].Rule, key);
            }
        }

        var named = new LaneKey(path, task.Type.Pool);
        if (!_lanes.TryGetValue(named, out var lane))
        {
            _lanes.Add(named, lane = new Lane(path, task.Type.Pool));
            foreach (var gate in path)
            {
                gate.Lanes++;
            }

            ForgetCooled();
        }

        return task.Gated!.Lane = lane;
    }

    private Gate GateOf(GateRule rule, string key)
    {
        if (_gates.TryGetValue((rule, key), out var gate))
        {
            return gate;
        }

        _gates.Add((rule, key), gate = rule.NewGate(key, ledger.NowTicks));
        return gate;
    }

    private Gate? ClosedAt(Lane lane)
    {
        foreach (var gate in lane.Gates)
        {
            if (!HasRoom(gate, lane))
            {
                return gate;
            }
        }

        return null;
    }

    /// <summary>Of a claimed gate the last place is the claimant's, also where others wait for the next tokens: without it, it would be passed over for ever.</summary>
    private bool HasRoom(Gate gate, Lane lane) =>
        gate.IsClaimed && _claimant == lane ? gate.Left(ledger.NowTicks) > 0 : gate.Room(ledger.NowTicks) > (gate.IsClaimed ? 1 : 0);

    /// <summary>A lane that has something stands open, or waits.</summary>
    private void Place(Lane lane)
    {
        if (ClosedAt(lane) is { } closed)
        {
            Wait(lane, closed);
        }
        else
        {
            Open(lane);
        }
    }

    private void Open(Lane lane)
    {
        lane.WaitsFor = null;
        (_open[lane.Pool] ??= new()).Add(lane);
        Count(lane, 1);
    }

    private void Close(Lane lane)
    {
        _open[lane.Pool]!.Remove(lane);
        Count(lane, -1);
    }

    /// <summary>Something more urgent has come to it.</summary>
    private void Raise(Lane lane)
    {
        if (lane.IsOpen)
        {
            _open[lane.Pool]!.Remove(lane);
            _open[lane.Pool]!.Add(lane);
        }
        else if (lane.WaitsFor is { } gate)
        {
            Wait(lane, gate);
        }
    }

    private static void Count(Lane lane, int change)
    {
        foreach (var gate in lane.Gates)
        {
            if (gate.Rule.SpansPools)
            {
                gate.LineOf(lane.Pool).Open += change;
            }
        }
    }

    private void Wait(Lane lane, Gate gate)
    {
        lane.WaitsFor = gate;
        lane.Stand();
        gate.Wait(lane);
        SetTime(gate);
    }

    /// <summary>It was first in its line, and is closed at another gate.</summary>
    private void PassOver(Lane lane, Gate closed)
    {
        Wait(lane, closed);
        if (++lane.PassedOver >= PassedOverMax && lane.Gates.Length > 1 && _claimant is null)
        {
            _claimant = lane;
            Claim(lane, true);
        }
    }

    private void Pass(Lane lane, TaskRecord task)
    {
        task.Gated!.Passage = ++_passages;
        lane.Running++;
        lane.PassedOver = 0;
        foreach (var gate in lane.Gates)
        {
            gate.Pass(_passages, ledger.NowTicks);
            gate.LastPool = lane.Pool;
        }

        if (_claimant == lane)
        {
            GiveUpClaim(lane);
        }
    }

    private void GiveUpClaim(Lane lane)
    {
        _claimant = null;
        Claim(lane, false);
        OfferAll(lane.Gates);
    }

    private static void Claim(Lane lane, bool isClaimed)
    {
        foreach (var gate in lane.Gates)
        {
            gate.IsClaimed = isClaimed;
        }
    }

    private void OfferAll(Gate[] gates)
    {
        foreach (var gate in gates)
        {
            Offer(gate);
        }
    }

    /// <summary>A gate may have room: of each pool the most urgent lane, of those the one that has waited longest, may look.</summary>
    private void Offer(Gate gate)
    {
        if (gate.IsClaimed && _claimant is { WaitsFor: { } waitsFor } claimant)
        {
            if (ClosedAt(claimant) is not { } closed)
            {
                Open(claimant);
            }
            else if (closed != waitsFor)
            {
                Wait(claimant, closed); // so that whatever opens that one tells it
            }
        }

        for (var line = gate.FirstLine; line is not null; line = line.Next)
        {
            while (line.HasWaiting && gate.Room(ledger.NowTicks) > (gate.IsClaimed ? 1 : 0) && line.Take() is { } lane)
            {
                if (ClosedAt(lane) is { } closed)
                {
                    PassOver(lane, closed);
                    continue;
                }

                Open(lane);
                break;
            }
        }

        SetTime(gate);
    }

    private void SetTime(Gate gate)
    {
        if (gate is TokenBucket { IsTimed: false } bucket && bucket.HasWaiting && bucket.Room(ledger.NowTicks) <= (bucket.IsClaimed ? 1 : 0))
        {
            SetTime(bucket);
        }
    }

    private void SetTime(TokenBucket bucket) => _due.Enqueue(bucket, bucket.Await(ledger.NowTicks));

    /// <summary>Whether another pool has something for a gate that this one has passed last, and a worker for it.</summary>
    private bool HasToYield(Lane lane)
    {
        foreach (var gate in lane.Gates)
        {
            if (gate.Rule.SpansPools && gate.LastPool == lane.Pool && gate.Room(ledger.NowTicks) == 1)
            {
                for (var line = gate.FirstLine; line is not null; line = line.Next)
                {
                    if (line.Pool != lane.Pool && line.Open > 0 && ledger.Pools[line.Pool].HasIdle())
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Forgets a lane that nothing waits in and nothing runs from, and what is at rest behind it.</summary>
    private void Leave(Lane lane)
    {
        if (lane.Count == 0)
        {
            lane.WaitsFor = null;
            if (_claimant == lane)
            {
                GiveUpClaim(lane);
            }
        }

        if (lane.Count > 0 || lane.Running > 0 || lane.IsOpen || !_lanes.Remove(new LaneKey(lane.Gates, lane.Pool)))
        {
            return;
        }

        foreach (var gate in lane.Gates)
        {
            if (--gate.Lanes > 0)
            {
                continue;
            }

            if (gate.IsAtRest(ledger.NowTicks))
            {
                _gates.Remove((gate.Rule, gate.Key));
            }
            else if (gate is TokenBucket { IsCooling: false } bucket)
            {
                bucket.IsCooling = true;
                _cooling.Enqueue(bucket);
            }
        }
    }

    /// <summary>For each bucket that is made two are looked at that nobody uses: so they are never many more than those in use.</summary>
    private void ForgetCooled()
    {
        for (var looks = 2; looks > 0 && _cooling.TryDequeue(out var bucket); looks--)
        {
            if (bucket.Lanes == 0 && !bucket.IsAtRest(ledger.NowTicks))
            {
                _cooling.Enqueue(bucket);
                continue;
            }

            bucket.IsCooling = false;
            if (bucket.Lanes == 0 && _gates.GetValueOrDefault((bucket.Rule, bucket.Key)) == bucket)
            {
                _gates.Remove((bucket.Rule, bucket.Key)); // it may have been forgotten before, and its key have another by now
            }
        }
    }
}
