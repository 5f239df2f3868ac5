namespace Actors.Benchmarks.Workloads;

/// <summary>One task of a workload for peers that count: it yields a number, which is added up, and follow-ups, which are counted.</summary>
internal abstract record Job
{
    private static readonly Job[] None = [];

    /// <summary>Runs it.</summary>
    /// <param name="followUps">Its follow-ups.</param>
    public virtual long Run(out Job[] followUps)
    {
        followUps = None;
        return Run();
    }

    /// <summary>Null where it is done without awaiting.</summary>
    public virtual Task<long>? RunAsync() => null;

    protected virtual long Run() => throw new NotSupportedException($"{this} has to say what it does.");
}

internal sealed record TreeJob(long From, long Leaves, int FanOut) : Job
{
    public override long Run(out Job[] followUps)
    {
        if (Leaves == 1)
        {
            followUps = [];
            return From;
        }

        followUps = new Job[Work.Parts(Leaves, FanOut)];
        var part = Leaves / followUps.Length;
        for (var index = 0; index < followUps.Length; index++)
        {
            followUps[index] = new TreeJob(From + (index * part), part, FanOut);
        }

        return 0;
    }
}

internal sealed record FibJob(int N) : Job
{
    public override long Run(out Job[] followUps)
    {
        followUps = N < 2 ? [] : [new FibJob(N - 1), new FibJob(N - 2)];
        return N < 2 ? N : 0;
    }
}

internal sealed record HopJob(int Left) : Job
{
    public override long Run(out Job[] followUps)
    {
        followUps = Left == 1 ? [] : [new HopJob(Left - 1)];
        return 1;
    }
}

/// <summary>A root with many follow-ups.</summary>
internal sealed record ManyJob(int Count, Func<int, Job> Make) : Job
{
    public override long Run(out Job[] followUps)
    {
        followUps = [.. Enumerable.Range(0, Count).Select(Make)];
        return 0;
    }
}

internal sealed record OneJob : Job
{
    public static OneJob Instance { get; } = new();

    protected override long Run() => 1;
}

internal sealed record SpinJob(int Microseconds) : Job
{
    protected override long Run() => Work.Spin(Microseconds);
}

internal sealed record MixedJob(int Index) : Job
{
    protected override long Run() => Work.Mixed(Index);
}

internal sealed record PauseJob(int Milliseconds) : Job
{
    public override Task<long>? RunAsync() => Work.PauseAsync(Milliseconds);
}

internal sealed record WaitJob : Job
{
    public static WaitJob Instance { get; } = new();

    protected override long Run() => Work.Wait();
}
