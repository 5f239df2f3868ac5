namespace Actors.Ledger;

/// <summary>A pool as the ledger sees it: what is ready, and which workers asked for work.</summary>
internal sealed class PoolRecord(int index, string name, Pauses? pauses = null)
{
    public int Index { get; } = index;

    public string Name { get; } = name;

    public ReadyQueue Queue { get; } = new(index, pauses);

    /// <summary>Idle workers; the one that came last goes first, since its caches are warm. May hold lost ones, which are passed over.</summary>
    public Stack<WorkerRecord> Idle { get; } = new();

    /// <summary>Whether its workers have nothing to do: those that run ahead look at it.</summary>
    public Hunger Hunger { get; } = new();

    /// <summary>Who has paused it; null where nobody has.</summary>
    public Pause? Pause { get; set; }

    /// <summary>How many tasks are ready here, those that are paused among them.</summary>
    public int Ready { get; set; }

    /// <summary>Whether what stands in line for something goes second next time, where both are as urgent.</summary>
    public bool IsTurnOfQueue { get; set; }

    /// <summary>How often what stands in line went first since the others did, while they had something.</summary>
    public int QueuePasses { get; set; }

    /// <summary>How often the others went first since what stands in line did, while that had something.</summary>
    public int LanePasses { get; set; }

    /// <summary>How many live trees have their root here.</summary>
    public long Trees { get; set; }

    /// <summary>How many workers it has, busy or idle.</summary>
    public int Workers { get; set; }

    /// <summary>How many of them have work.</summary>
    public int Busy { get; set; }

    /// <summary>Whether a worker has nothing to do.</summary>
    public bool HasIdle()
    {
        while (Idle.TryPeek(out var worker))
        {
            if (worker.IsKnown)
            {
                return true;
            }

            Idle.Pop();
        }

        return false;
    }

    /// <summary>A worker that has nothing to do; null where there is none.</summary>
    public WorkerRecord? TakeIdle() => HasIdle() ? Idle.Pop() : null;
}

/// <summary>Whether workers of a pool are idle and nothing is ready for them. The ledger sets it; any thread may look.</summary>
internal sealed class Hunger
{
    private volatile bool _isThere;

    public bool IsThere
    {
        get => _isThere;
        set => _isThere = value;
    }
}
