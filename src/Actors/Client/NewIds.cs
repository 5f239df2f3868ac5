namespace Actors.Client;

/// <summary>
/// Ids of roots that nobody named. Unique by their lower half: derived, by number, from one that is random, so that they differ within the process for certain,
/// and elsewhere as surely as random ones do; drawing each at random costs a system call. Rising by their upper half, so that an index of them grows at its
/// end. Safe for concurrent use.
/// </summary>
internal sealed class NewIds
{
    private readonly TaskId _origin = TaskId.FromGuid(Guid.NewGuid());
    private readonly ulong _start = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << 20;
    private long _count;

    public TaskId Next()
    {
        var number = Interlocked.Increment(ref _count);
        return new TaskId(_start + (ulong)number, _origin.Root(number).Low);
    }
}
