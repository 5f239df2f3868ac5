using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks.Peers;

/// <summary>Task.Run and Task.WhenAll on the platform's thread pool: what most write.</summary>
internal sealed class TaskRunPeer(int workers) : IPeer
{
    public Task<long> TreeAsync(long leaves, int fanOut) => SumAsync(0, leaves, fanOut);

    public Task<long> FibAsync(int n) => FibOfAsync(n);

    public Task<long> FlatAsync(int tasks) => AllAsync(tasks, static _ => Task.Run(static () => 1L));

    public Task<long> ChainsAsync(int chains, int hops) => AllAsync(chains, _ => Task.Run(async () =>
    {
        var sum = 0L;
        for (var hop = 0; hop < hops; hop++)
        {
            sum += await Task.Run(static () => 1L).ConfigureAwait(false);
        }

        return sum;
    }));

    public Task<long> SpinAsync(int tasks, int microseconds) => AllAsync(tasks, _ => Task.Run(() => Work.Spin(microseconds)));

    public async Task<long> MixedAsync(int tasks)
    {
        var sum = 0L;
        await Task.Run(() => Parallel.For(0, tasks, new ParallelOptions { MaxDegreeOfParallelism = workers }, index => Interlocked.Add(ref sum, Work.Mixed(index))));
        return sum;
    }

    public async Task<long> PauseAsync(int tasks, int milliseconds)
    {
        var sum = 0L;
        await Parallel.ForAsync(
            0, tasks, new ParallelOptions { MaxDegreeOfParallelism = workers }, async (_, _) => Interlocked.Add(ref sum, await Work.PauseAsync(milliseconds)));
        return sum;
    }

    public Task<long> OneAsync() => Task.Run(static () => 1L);

    public async Task<long> PendingAsync(int tasks, bool ofOneTree, Action whenPending)
    {
        if (ofOneTree)
        {
            throw new NotSupportedException("A task does not know who started it.");
        }

        var all = AllAsync(tasks, static _ => Task.Run(static () => Work.Wait()));
        whenPending();
        return await all;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Task<long> SumAsync(long from, long leaves, int fanOut) => Task.Run(async () =>
    {
        if (leaves == 1)
        {
            return from;
        }

        var children = new Task<long>[Work.Parts(leaves, fanOut)];
        var part = leaves / children.Length;
        for (var index = 0; index < children.Length; index++)
        {
            children[index] = SumAsync(from + (index * part), part, fanOut);
        }

        return Sum(await Task.WhenAll(children).ConfigureAwait(false));
    });

    private static Task<long> FibOfAsync(int n) => Task.Run(async () =>
        n < 2 ? n : Sum(await Task.WhenAll(FibOfAsync(n - 1), FibOfAsync(n - 2)).ConfigureAwait(false)));

    private static async Task<long> AllAsync(int count, Func<int, Task<long>> start)
    {
        var tasks = new Task<long>[count];
        for (var index = 0; index < count; index++)
        {
            tasks[index] = start(index);
        }

        return Sum(await Task.WhenAll(tasks).ConfigureAwait(false));
    }

    private static long Sum(long[] values)
    {
        var sum = 0L;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}
