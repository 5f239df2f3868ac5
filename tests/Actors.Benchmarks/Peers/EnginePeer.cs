namespace Actors.Benchmarks.Peers;

/// <summary>The engine itself, all rules on.</summary>
internal sealed class EnginePeer(ActorsEngine engine) : IPeer
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static async Task<EnginePeer> StartAsync(int workers) => new(await ActorsEngine.StartAsync(workers));

    public Task<long> TreeAsync(long leaves, int fanOut) => OutcomeAsync(new SumRange(0, leaves, fanOut));

    public Task<long> FibAsync(int n) => OutcomeAsync(new Fib(n));

    public Task<long> FlatAsync(int tasks) => FlatAsync(tasks, One.Instance, null);

    public async Task<long> ChainsAsync(int chains, int hops)
    {
        var handles = await engine.Client.SubmitManyAsync(Enumerable.Repeat(new Hop(hops), chains));
        var trees = await Task.WhenAll(handles.Select(static handle => handle.TreeAsync()));
        return trees.Sum(static tree => tree.Succeeded);
    }

    public Task<long> SpinAsync(int tasks, int microseconds) => OutcomeAsync(new Many(tasks, ManyOf.Spin, microseconds));

    public Task<long> MixedAsync(int tasks) => OutcomeAsync(new Many(tasks, ManyOf.Mixed, 0));

    public Task<long> PauseAsync(int tasks, int milliseconds) => OutcomeAsync(new Many(tasks, ManyOf.Pause, milliseconds));

    public Task<long> OneAsync() => OutcomeAsync(One.Instance);

    public async Task<long> PendingAsync(int tasks, bool ofOneTree, Action whenPending)
    {
        if (!ofOneTree)
        {
            return await FlatAsync(tasks, AtGate.Instance, whenPending);
        }

        var tree = await engine.Client.SubmitAsync(new Many(tasks, ManyOf.AtGate, 0));
        using var timer = new PeriodicTimer(Look);
        while ((await engine.Client.ProgressAsync()).Live < tasks)
        {
            await timer.WaitForNextTickAsync();
        }

        whenPending();
        return (await tree).Value;
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    private async Task<long> OutcomeAsync(ITask<long> task)
    {
        var handle = await engine.Client.SubmitAsync(task);
        return (await handle).Value;
    }

    private async Task<long> FlatAsync(int count, ITask<long> task, Action? whenPending)
    {
        var tasks = new ITask<long>[count];
        Array.Fill(tasks, task);
        var handles = await engine.Client.SubmitManyAsync(tasks);
        whenPending?.Invoke();
        var sum = 0L;
        foreach (var handle in handles)
        {
            sum += (await handle).Value;
        }

        return sum;
    }
}
