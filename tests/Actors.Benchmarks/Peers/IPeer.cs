namespace Actors.Benchmarks.Peers;

/// <summary>Runs the workloads. Where it cannot, a method throws <see cref="NotSupportedException"/>.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>A task that splits until one leaf is left; the leaves are numbered and summed.</summary>
    Task<long> TreeAsync(long leaves, int fanOut);

    Task<long> FibAsync(int n);

    /// <summary>Tasks that yield 1, submitted from outside; the sum of what they yielded.</summary>
    Task<long> FlatAsync(int tasks);

    /// <summary>Chains of tasks that each spawn the next one; how many have run.</summary>
    Task<long> ChainsAsync(int chains, int hops);

    /// <summary>One task with follow-ups that compute; how many have run.</summary>
    Task<long> SpinAsync(int tasks, int microseconds);

    /// <summary>One task with follow-ups that block; how many have run.</summary>
    Task<long> MixedAsync(int tasks);

    /// <summary>One task with follow-ups that await; how many have run.</summary>
    Task<long> PauseAsync(int tasks, int milliseconds);

    /// <summary>One task from outside, to its outcome.</summary>
    Task<long> OneAsync();

    /// <summary>Tasks that wait at the gate, which is closed: calls back when all are pending, and ends when they have ended.</summary>
    Task<long> PendingAsync(int tasks, bool ofOneTree, Action whenPending);
}
