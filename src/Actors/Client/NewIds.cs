namespace Actors.Client;

/// <summary>
/// Ids of roots that nobody named: derived, by number, from one that is random. So they differ within the process for certain, and elsewhere as surely
/// as random ones do; drawing each at random costs a system call. Safe for concurrent use.
/// </summary>
internal sealed class NewIds
{
    private readonly TaskId _origin = TaskId.FromGuid(Guid.NewGuid());
    private long _count;

    public TaskId Next() => _origin.Root(Interlocked.Increment(ref _count));
}
