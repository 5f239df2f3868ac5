using Actors.Ledger;
using Akka.Actor;

namespace Actors.Workers;

/// <summary>What a running attempt needs of whoever runs it: a worker, or a test that has none.</summary>
internal interface IAttemptHost
{
    /// <summary>Whom a follow-up may be told to on the attempt's behalf.</summary>
    IActorRef Coordinator { get; }

    /// <exception cref="InvalidOperationException">The message's type has no handler.</exception>
    TaskType TypeOf(ITaskMessage message);

    /// <summary>From now on the coordinator knows of the running task, and can be told something about it.</summary>
    void MakeKnown(TaskRecord task);

    void SpawnNow(TaskRecord parent, int run, TaskRecord child);
}
