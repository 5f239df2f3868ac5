namespace Actors.Benchmarks.Peers;

/// <summary>What is pending of what was submitted together, and the sum of what it yielded.</summary>
internal sealed class PendingCount(int pending)
{
    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _pending = pending;
    private long _sum;

    public Task<long> Done => _done.Task;

    /// <summary>Before they can end: so it is never zero too early.</summary>
    public void Spawned(int count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref _pending, count);
        }
    }

    public void Ended(long value)
    {
        if (value != 0)
        {
            Interlocked.Add(ref _sum, value);
        }

        if (Interlocked.Decrement(ref _pending) == 0)
        {
            _done.SetResult(Interlocked.Read(ref _sum));
        }
    }
}
