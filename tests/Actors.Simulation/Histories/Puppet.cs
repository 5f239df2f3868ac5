namespace Actors.Simulation.Histories;

/// <summary>A worker as the driver plays it: runs its assignment in order, and reports what it has done.</summary>
internal sealed class Puppet(int worker, int pool)
{
    public int Worker { get; } = worker;

    public int Pool { get; } = pool;

    public object? Assignment { get; set; }

    /// <summary>What it has and has not reported.</summary>
    public List<OpenRun> Runs { get; } = [];

    /// <summary>It was asked for what it has not started, and has not answered.</summary>
    public bool MustAnswer { get; set; }

    /// <summary>Whether it has received what it was assigned.</summary>
    public bool HasTaken { get; set; }

    public OpenRun? Current => Runs.Find(static run => run is { Turn: not null, End: null });

    public void Get(object assignment, IEnumerable<OpenRun> runs)
    {
        Assignment = assignment;
        MustAnswer = false;
        HasTaken = false;
        Runs.AddRange(runs);
    }

    /// <summary>Takes out what is done, for a report.</summary>
    public List<OpenRun> TakeDone()
    {
        var done = Runs.FindAll(static run => run.End is not null);
        Runs.RemoveAll(static run => run.End is not null);
        return done;
    }
}

/// <summary>A run that a worker has.</summary>
internal sealed class OpenRun(int worker, object assignment, AssignedRun assigned, bool endsWhenTold)
{
    public int Worker { get; } = worker;

    public object Assignment { get; } = assignment;

    public Errand Task => assigned.Task;

    public int Run => assigned.Run;

    public int Attempt => assigned.Attempt;

    public JoinInput? Input => assigned.Input;

    /// <summary>Whether its handler heeds its token where it hangs.</summary>
    public bool EndsWhenTold { get; } = endsWhenTold;

    public Reason Told { get; set; }

    /// <summary>What it does; null until it has started.</summary>
    public Turn? Turn { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public List<Errand> Early { get; } = [];

    public HashSet<string> Keys { get; } = [];

    public int ToldCount { get; set; }

    public RunEnd? End { get; set; }
}

/// <summary>What one run of a task does.</summary>
internal sealed record Turn(EndWord Word)
{
    /// <summary>It ends only when it is told to, and not always then.</summary>
    public bool Hangs { get; init; }

    public int Spawns { get; init; }

    public int Early { get; init; }

    public int Told { get; init; }

    /// <summary>It makes a join, though it may then not end with it.</summary>
    public bool MakesJoin { get; init; }
}

/// <summary>A report on its way.</summary>
internal sealed record Letter(int Worker, object Assignment, IReadOnlyList<OpenRun> Runs, TimeSpan? RunningFor)
{
    public IReadOnlyList<RunEnd> Ends { get; } = [.. Runs.Select(static run => run.End!)];
}
