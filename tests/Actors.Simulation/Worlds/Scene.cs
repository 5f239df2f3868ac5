using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>All that a small world consists of at one moment, and all that its fingerprint is taken of.</summary>
internal sealed class Scene(ILedgerPort port, Checker checker)
{
    public ILedgerPort Port { get; set; } = port;

    public Checker Checker { get; set; } = checker;

    public List<Hand> Hands { get; } = [];

    /// <summary>Of each task the last run that is over: it may speak again.</summary>
    public SortedList<int, Stretch> Ghosts { get; set; } = [];

    /// <summary>How often each task was made.</summary>
    public int[] Made { get; } = new int[Cast.TasksMax];

    public int FaultsLeft { get; set; }
}

/// <summary>A worker.</summary>
internal sealed class Hand(int worker)
{
    public int Worker { get; } = worker;

    public object? Assignment { get; set; }

    /// <summary>What it has and has not reported; the first is what it is at.</summary>
    public List<Stretch> Runs { get; } = [];

    /// <summary>It was asked for what it has not started, and has not answered.</summary>
    public bool MustAnswer { get; set; }

    /// <summary>Something of it was seen since it was assigned what it has: so it had received that.</summary>
    public bool HasShown { get; set; }

    /// <summary>It has left behind what it had, and is to say that it is idle again.</summary>
    public bool IsRenewed { get; set; }

    /// <summary>It is gone, and another one may start in its place.</summary>
    public bool IsGone { get; set; }

    public DateTimeOffset StartedAt { get; set; }
}

/// <summary>A run that a worker has, or had.</summary>
internal sealed class Stretch(object assignment, AssignedRun assigned)
{
    public object Assignment { get; } = assignment;

    public Errand Task => assigned.Task;

    public int Run => assigned.Run;

    public JoinInput? Input => assigned.Input;

    public bool IsStep => Input is { IsLastStep: false };

    public bool IsTold { get; set; }

    /// <summary>What it has spawned while it ran.</summary>
    public List<Errand> Early { get; } = [];
}
