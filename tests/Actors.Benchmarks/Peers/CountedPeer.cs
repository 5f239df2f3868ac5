using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks.Peers;

/// <summary>A peer that adds up what jobs yield and counts what is pending, and knows by that when all is done.</summary>
internal abstract class CountedPeer : IPeer
{
    public Task<long> TreeAsync(long leaves, int fanOut) => RunAsync([new TreeJob(0, leaves, fanOut)]);

    public Task<long> FibAsync(int n) => RunAsync([new FibJob(n)]);

    public Task<long> FlatAsync(int tasks) => RunAsync(Same(tasks, OneJob.Instance));

    public Task<long> ChainsAsync(int chains, int hops) => RunAsync(Same(chains, new HopJob(hops)));

    public Task<long> SpinAsync(int tasks, int microseconds) => RunAsync([new ManyJob(tasks, _ => new SpinJob(microseconds))]);

    public Task<long> MixedAsync(int tasks) => RunAsync([new ManyJob(tasks, static index => new MixedJob(index))]);

    public virtual Task<long> PauseAsync(int tasks, int milliseconds) => RunAsync([new ManyJob(tasks, _ => new PauseJob(milliseconds))]);

    public virtual Task<long> OneAsync() => RunAsync([OneJob.Instance]);

    public async Task<long> PendingAsync(int tasks, bool ofOneTree, Action whenPending)
    {
        if (ofOneTree)
        {
            throw new NotSupportedException("A follow-up is a job like another here.");
        }

        var all = RunAsync(Same(tasks, WaitJob.Instance));
        whenPending();
        return await all;
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs jobs and all that follows from them.</summary>
    /// <returns>What they yielded, added up. When this method returns, at the latest, they have all been submitted.</returns>
    protected abstract Task<long> RunAsync(Job[] roots);

    private static Job[] Same(int count, Job job)
    {
        var jobs = new Job[count];
        Array.Fill(jobs, job);
        return jobs;
    }
}
