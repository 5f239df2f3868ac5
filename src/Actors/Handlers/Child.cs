using Actors.Ledger;

namespace Actors;

/// <summary>A follow-up that the running attempt has spawned: a name to join it by, and nothing that could be waited on.</summary>
/// <typeparam name="TResult">What the follow-up yields.</typeparam>
public readonly struct Child<TResult>
{
    internal Child(TaskRecord record, bool isEarly)
    {
        Record = record;
        IsEarly = isEarly;
    }

    /// <summary>The follow-up's id.</summary>
    public TaskId Id => Record?.Id ?? default;

    internal TaskRecord? Record { get; }

    /// <summary>Whether it was spawned with <see cref="TaskContext.SpawnNow{TResult}"/>.</summary>
    internal bool IsEarly { get; }
}
