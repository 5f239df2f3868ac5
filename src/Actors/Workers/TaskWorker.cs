using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace Actors.Workers;

/// <summary>What every worker of an engine has in common.</summary>
/// <param name="Catalog">The task types.</param>
/// <param name="Slice">After which time a runner gives back what it has not started.</param>
/// <param name="AheadWorkMax">A type whose attempts take longer than that is not run ahead.</param>
/// <param name="Handlers">On which threads handlers run. Never those of the workers: a handler that blocks must not make its worker deaf.</param>
internal sealed record WorkerSettings(TaskCatalog Catalog, TimeSpan Slice, TimeSpan AheadWorkMax, MessageDispatcher Handlers);

/// <summary>
/// A worker: has one assignment at a time, which a <see cref="ChunkRunner"/> runs beside it. So the worker hears of cancels, recalls and
/// timeouts while a handler is busy, and no user code runs in it.
/// </summary>
internal sealed class TaskWorker : UntypedActor
{
    private readonly int _pool;
    private readonly IActorRef _coordinator;
    private readonly WorkerSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ChunkRunner? _runner;
    private int _abandoned;

    public TaskWorker(int pool, IActorRef coordinator, WorkerSettings settings)
    {
        _pool = pool;
        _coordinator = coordinator;
        _settings = settings;
    }

    public static Props Props(int pool, IActorRef coordinator, WorkerSettings settings) =>
        Akka.Actor.Props.Create(() => new TaskWorker(pool, coordinator, settings));

    protected override void PreStart() => _coordinator.Tell(new WorkerStarted(_pool, Self), Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Assignment assignment:
                assignment.IsTaken = true;
                _runner = new ChunkRunner(assignment, _settings, _coordinator, Self, _log);
                if (_abandoned == 0)
                {
                    _settings.Handlers.Schedule(_runner);
                }
                else
                {
                    // An abandoned handler may still hold one of the dispatcher's threads.
                    ThreadPool.UnsafeQueueUserWorkItem(static runner => runner.Run(), _runner, preferLocal: false);
                }

                break;
            case Recall recall when IsMine(recall.Assignment):
                _runner!.Recall();
                break;
            case CancelRun cancel when IsMine(cancel.Assignment):
                _runner!.Cancel(cancel.Run);
                break;
            case Abandon abandon:
                if (IsMine(abandon.Assignment))
                {
                    _runner!.Leave();
                    _runner = null;
                    _abandoned++;
                }

                _coordinator.Tell(new WorkerRenewed(Self), Self);
                break;
            case CameBack:
                _abandoned = Math.Max(0, _abandoned - 1); // a restart has forgotten those before it
                break;
            case Recall or CancelRun:
                break; // of an assignment that has ended meanwhile
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>What its runner has done is not lost with the worker, and what runs is known by name: the ledger hears of it before it hears of the end.</summary>
    protected override void PostStop() => _runner?.TellAndLeave();

    private bool IsMine(Assignment assignment) => _runner?.Assignment == assignment;

    /// <summary>From a runner that was left behind: its handler has ended after all.</summary>
    internal sealed class CameBack : IInternalMessage, IDeadLetterSuppression
    {
        public static readonly CameBack Instance = new();

        private CameBack()
        {
        }
    }
}
