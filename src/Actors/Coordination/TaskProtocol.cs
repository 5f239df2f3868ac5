using Actors.Client;
using Actors.Ledger;
using Akka.Actor;
using Akka.Event;

namespace Actors
{
    /// <summary>What others may tell the coordinator, which is <see cref="TaskEngine.Coordinator"/>.</summary>
    public static class TaskProtocol
    {
        /// <summary>
        /// A follow-up on behalf of a running task: held until that attempt succeeds, and dropped if it does not. Never answered: nobody waits.
        /// </summary>
        /// <remarks>Tell it before the attempt ends. One that comes too late, or names a task that does not run, is logged and counts for nothing.</remarks>
        /// <param name="Parent">The running task.</param>
        /// <param name="Attempt">Its attempt; 1-based.</param>
        /// <param name="Task">The follow-up.</param>
        /// <param name="Options">What it has different from its type; null means nothing. A key is not taken here: the id follows from the order of telling.</param>
        public sealed record Spawn(TaskId Parent, int Attempt, ITaskMessage Task, SpawnOptions? Options = null)
            : INoSerializationVerificationNeeded;
    }
}

namespace Actors.Coordination
{
    /// <summary>Between the parts of the engine in one process.</summary>
    internal interface IInternalMessage : INoSerializationVerificationNeeded;

    /// <summary>From a worker that has just started, or started anew after a restart.</summary>
    internal sealed record WorkerStarted(int Pool, IActorRef Worker) : IInternalMessage;

    /// <summary>From a worker that has left a run behind.</summary>
    internal sealed record WorkerRenewed(IActorRef Worker) : IInternalMessage;

    /// <summary>From a worker: how runs ended. See <see cref="TaskLedger.Report"/>.</summary>
    internal sealed record WorkReport(Assignment Assignment, AttemptEnd[] Ends, int Start, int Count, TimeSpan? RunningFor) : IInternalMessage;

    /// <summary>From a running task: a follow-up that becomes real at once.</summary>
    internal sealed record SpawnNow(TaskRecord Parent, int Run, TaskRecord Child) : IInternalMessage;

    /// <summary>From the client: roots, each with whoever awaits it.</summary>
    internal sealed record Submit(IReadOnlyList<Submission> Roots, Reply<bool> Accepted) : IInternalMessage;

    /// <summary>One root.</summary>
    internal sealed record Submission(TaskRecord Root, TaskRecord? Completion, ITreeListener Listener);

    /// <summary>From the client.</summary>
    internal sealed record CancelTask(TaskId Id, bool WholeTree, Reply<bool> Found) : IInternalMessage;

    /// <summary>From the client.</summary>
    internal sealed record ReadProgress(Reply<EngineProgress> Progress) : IInternalMessage;

    /// <summary>From the client, or from the shutdown of the actor system.</summary>
    internal sealed record Drain(DrainMode Mode, TimeSpan Timeout, Reply<DrainReport> Report) : IInternalMessage;

    /// <summary>The coordinator's own alarm clock.</summary>
    internal sealed class Tick : IInternalMessage, INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Tick Instance = new();

        private Tick()
        {
        }
    }

    /// <summary>A drain has had its time.</summary>
    internal sealed class DrainOver : IInternalMessage, IDeadLetterSuppression
    {
        public static readonly DrainOver Instance = new();

        private DrainOver()
        {
        }
    }
}
