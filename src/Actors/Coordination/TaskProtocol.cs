using Actors.Client;
using Actors.Ledger;
using Actors.Storage;
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
            /// <exception cref="PayloadException">The follow-up cannot be written into the store, or is larger than the limit.</exception>
            public Spawn(TaskContext parent, ITaskMessage task, SpawnOptions? options = null)
            {
                ArgumentNullException.ThrowIfNull(parent);
                ArgumentNullException.ThrowIfNull(task);
                (Parent, Attempt, Run, Task, Options) = (parent.TaskId, parent.Attempt, parent.Run, task, options);
                Stored = parent.Write(task, options);
                parent.MakeKnown();
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

            /// <summary>As it stands in a store; null where there is none.</summary>
            internal StoredTask? Stored { get; }
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
    internal sealed record WorkReport(
        Assignment Assignment, AttemptEnd[] Ends, int Start, int Count, TimeSpan? RunningFor, bool GoesOnAhead = false) : IInternalMessage;

    /// <summary>From a running task: a follow-up that becomes real at once.</summary>
    internal sealed record SpawnNow(TaskRecord Parent, int Run, TaskRecord Child) : IInternalMessage;

    /// <summary>Why the actor system stops where the store is lost.</summary>
    internal sealed class StoreLostReason : CoordinatedShutdown.Reason
    {
        public static readonly StoreLostReason Instance = new();

        private StoreLostReason()
        {
        }

        public override int ExitCode => 1;
    }

    /// <summary>From the client: roots, each with whoever awaits it.</summary>
    internal sealed record Submit(IReadOnlyList<Submission> Roots, bool HasKey, Reply<bool> Accepted, WhenFull? WhenFull = null) : IInternalMessage
    {
        /// <summary>Whether a root has a unique key, which may be taken by a task that is not back from the store yet.</summary>
        public bool IsUnique => Roots is [{ Root.Options.Unique: not null }, ..];

        /// <summary>At the edge, where that is bounded; the coordinator's.</summary>
        public SubmitEdge.Entering? Entrant { get; set; }
    }

    /// <summary>From the client: whoever awaits a tree that was submitted before, maybe by an earlier process.</summary>
    internal sealed record FindTree(TaskId Id, ITreeListener Listener, Reply<bool> Found) : IInternalMessage;

    /// <summary>One root.</summary>
    internal sealed record Submission(TaskRecord Root, TaskRecord? Completion, ITreeListener Listener, TreeRequest? Request);

    /// <summary>From outside: what failed in an ended tree, or one task of it with all that waited for it, is to run again in a new tree, whose root is answered.</summary>
    internal sealed record RetryTree(TaskId Root, TaskId? Task, string By, Reply<TaskId> Retried) : IInternalMessage;

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
