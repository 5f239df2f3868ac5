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
        /// <remarks>
        /// Tell it before the attempt ends. One that comes too late, or whose worker was lost meanwhile, is logged and counts for nothing. Immutable.
        /// </remarks>
        public sealed record Spawn : INoSerializationVerificationNeeded
        {
            /// <summary>A follow-up of the task that runs with <paramref name="parent"/>.</summary>
            /// <param name="parent">The context of the running attempt.</param>
            /// <param name="task">The follow-up.</param>
            /// <param name="options">What it has different from its type; null means nothing. A key is not taken here: the id follows from the order of telling.</param>
            /// <exception cref="ArgumentNullException"><paramref name="parent"/> or <paramref name="task"/> is null.</exception>
            public Spawn(TaskContext parent, ITaskMessage task, SpawnOptions? options = null)
            {
                ArgumentNullException.ThrowIfNull(parent);
                ArgumentNullException.ThrowIfNull(task);
                (Parent, Attempt, Run, Task, Options) = (parent.TaskId, parent.Attempt, parent.Run, task, options);
            }

            /// <summary>The running task.</summary>
            public TaskId Parent { get; }

            /// <summary>Its attempt; 1-based.</summary>
            public int Attempt { get; }

            /// <summary>The follow-up.</summary>
            public ITaskMessage Task { get; }

            /// <summary>What it has different from its type; null means nothing.</summary>
            public SpawnOptions? Options { get; }

            /// <summary>Tells a run that was lost from the next, which may have the same attempt.</summary>
            internal int Run { get; }
        }
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
