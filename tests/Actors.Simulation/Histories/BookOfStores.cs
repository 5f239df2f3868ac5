namespace Actors.Simulation.Histories;

/// <summary>What is different where there is a store.</summary>
internal sealed partial class Book
{
    /// <summary>The run of the suspect that started last, where suspects run one at a time.</summary>
    public Stint? SuspectOut { get; private set; }

    /// <summary>Whether another suspect may start.</summary>
    public bool MaySuspectStart => SuspectOut is null || SuspectOut.Task.Stint != SuspectOut || Now >= SuspectOut.AssignedAt + terms.SuspectAlone.Ticks;

    /// <summary>Whether it waits apart from all others for its turn.</summary>
    public bool IsSetApart(Entry entry) => terms.IsDurable && entry.IsSuspect && entry.State == TaskState.Ready;

    /// <summary>An assignment leaves for its worker: its times begin.</summary>
    public void Leaves(object assignment)
    {
        if (Benches.Values.FirstOrDefault(bench => bench.Assignment == assignment) is not { } bench)
        {
            return;
        }

        if (bench.Stints.Count > 1)
        {
            bench.RecallAt = Now + terms.Slice.Ticks;
        }
        else if (bench.Stints[0] is { Told: Reason.None, Task.Task.Timeout: { } timeout } stint)
        {
            stint.TimeoutAt = Now + timeout.Ticks;
        }
    }

    /// <summary>What no store knows is gone.</summary>
    public void Forget()
    {
        _starts.Clear(); // a bucket begins full
        _lastStart.Clear();
        BeginReturn();
        Benches.Clear();
        Live.Clear();
        Trees.Clear();
        (IsClosed, StaleEnds, SuspectOut) = (false, 0, null);
    }
}
