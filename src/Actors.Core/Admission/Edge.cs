using Actors.Ledger;

namespace Actors.Admission;

/// <summary>
/// How much outside may have pending: trees that were submitted and have not ended, in the engine and by the pool of their root. What does not fit waits for its
/// turn, first come, first served; what comes from inside is never asked.
/// </summary>
/// <remarks>Who waits for one pool does not hold up who waits for another; who waits for the engine goes before all that came later.</remarks>
internal sealed class Edge(TaskLedger ledger, long? engineMax, IReadOnlyList<long?> poolMax)
{
    private readonly PriorityQueue<Entrant, long>?[] _lines = new PriorityQueue<Entrant, long>?[poolMax.Count];
    private long _tickets;

    /// <summary>Whether there is a bound at all.</summary>
    public bool IsBounded { get; } = engineMax is not null || poolMax.Any(static max => max is not null);

    /// <summary>How many wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether it may come in now, without passing anybody.</summary>
    /// <returns>What stands against it; null where nothing does.</returns>
    public EdgeFull? Against(Entrant entrant)
    {
        if (entrant.Count > engineMax)
        {
            return Engine(entrant.Count, fitsNever: true);
        }

        foreach (var (pool, count) in entrant.Counts)
        {
            if (count > poolMax[pool])
            {
                return Pool(pool, count, fitsNever: true);
            }
        }

        foreach (var (pool, count) in entrant.Counts)
        {
            if (poolMax[pool] is { } max && (ledger.Pools[pool].Trees + count > max || IsBehind(entrant, pool)))
            {
                return Pool(pool, count, fitsNever: false);
            }
        }

        return engineMax is { } all && (ledger.LiveTrees + entrant.Count > all || IsBehindAny(entrant)) ? Engine(entrant.Count, fitsNever: false) : null;
    }

    /// <summary>It waits for its turn. One that has waited before keeps its place.</summary>
    public void Wait(Entrant entrant)
    {
        entrant.Ticket = entrant.Ticket == 0 ? ++_tickets : entrant.Ticket;
        (_lines[entrant.Pool] ??= new()).Enqueue(entrant, entrant.Ticket);
        Waiting++;
    }

    /// <summary>Whose turn it is; null where nobody's is.</summary>
    public Entrant? Next()
    {
        if (Waiting == 0)
        {
            return null;
        }

        Entrant? next = null;
        for (var pool = 0; pool < _lines.Length; pool++)
        {
            if (First(pool) is { } first && (next is null || first.Ticket < next.Ticket) && FitsPools(first))
            {
                next = first;
            }
        }

        if (next is null || ledger.LiveTrees + next.Count > engineMax)
        {
            return null;
        }

        _lines[next.Pool]!.Dequeue();
        Waiting--;
        return next;
    }

    /// <summary>Nobody is let in any more.</summary>
    /// <returns>Who waited.</returns>
    public IReadOnlyList<Entrant> Close()
    {
        var all = _lines.SelectMany(static line => line is null ? [] : line.UnorderedItems.Select(static item => item.Element)).OrderBy(static entrant => entrant.Ticket).ToArray();
        Array.Clear(_lines);
        Waiting = 0;
        return all;
    }

    private Entrant? First(int pool)
    {
        while (_lines[pool] is { } line && line.TryPeek(out var first, out _))
        {
            if (!first.IsGone)
            {
                return first;
            }

            line.Dequeue();
            Waiting--;
        }

        return null;
    }

    private bool FitsPools(Entrant entrant)
    {
        foreach (var (pool, count) in entrant.Counts)
        {
            if (ledger.Pools[pool].Trees + count > poolMax[pool])
            {
                return false;
            }
        }

        return true;
    }

    private bool IsBehind(Entrant entrant, int pool) => First(pool) is { } first && (entrant.Ticket == 0 || first.Ticket < entrant.Ticket);

    /// <summary>Whether somebody who came earlier waits for nothing but the engine.</summary>
    private bool IsBehindAny(Entrant entrant)
    {
        for (var pool = 0; pool < _lines.Length; pool++)
        {
            if (IsBehind(entrant, pool) && FitsPools(First(pool)!))
            {
                return true;
            }
        }

        return false;
    }

    private EdgeFull Engine(int count, bool fitsNever) => new(ledger.LiveTrees, engineMax!.Value, null, count, fitsNever);

    private EdgeFull Pool(int pool, int count, bool fitsNever) => new(ledger.Pools[pool].Trees, poolMax[pool]!.Value, ledger.Pools[pool].Name, count, fitsNever);
}

/// <summary>Roots that come in together or not at all.</summary>
/// <param name="counts">How many for each pool; not empty.</param>
internal abstract class Entrant(IReadOnlyList<(int Pool, int Count)> counts)
{
    public IReadOnlyList<(int Pool, int Count)> Counts { get; } = counts;

    /// <summary>The pool in whose line it stands.</summary>
    public int Pool => Counts[0].Pool;

    public int Count { get; } = counts.Sum(static one => one.Count);

    /// <summary>Its place among those that wait; 0 where it has not waited.</summary>
    public long Ticket { get; set; }

    /// <summary>Whether whoever submitted it has given up.</summary>
    public abstract bool IsGone { get; }
}

/// <summary>What stands against somebody at the edge.</summary>
/// <param name="Pending">How many trees are pending there.</param>
/// <param name="Limit">How many may be.</param>
/// <param name="Pool">Where; null for the engine as a whole.</param>
/// <param name="Asked">How many would come.</param>
/// <param name="FitsNever">Whether they are more than may be pending at all.</param>
internal sealed record EdgeFull(long Pending, long Limit, string? Pool, int Asked, bool FitsNever);
