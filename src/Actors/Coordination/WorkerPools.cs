using Actors.Ledger;
using Actors.Registration;
using Actors.Workers;
using Akka.Actor;
using Akka.Event;
using Akka.Routing;

namespace Actors.Coordination;

/// <summary>The pool routers and their workers: starts them, knows which record is whose, and replaces what is lost. Belongs to the coordinator.</summary>
internal sealed class WorkerPools(TaskLedger ledger, EngineSettings settings, TaskCatalog catalog, IActorContext context, ILoggingAdapter log)
{
    private readonly Dictionary<IActorRef, WorkerRecord> _workers = [];
    private readonly Dictionary<IActorRef, int> _routers = [];
    private int _workerIds;

    /// <summary>Starts every pool.</summary>
    public void Start()
    {
        for (var pool = 0; pool < settings.Pools.Count; pool++)
        {
            Start(pool);
        }
    }

    /// <summary>A worker has left a run behind and is idle again.</summary>
    public void Renew(IActorRef renewed)
    {
        if (_workers.TryGetValue(renewed, out var worker))
        {
            ledger.WorkerReady(worker);
        }
    }

    private void Start(int index)
    {
        var pool = settings.Pools[index];
        var handlers = context.System.Dispatchers.Lookup(pool.Dispatcher);
        var props = TaskWorker.Props(index, context.Self, new WorkerSettings(catalog, settings.Ledger.Slice, settings.Ledger.ChunkWork, handlers))
            .WithDispatcher(settings.CoordinatorDispatcher);

        // A worker never runs user code in its own receive, so what it throws is a bug of ours: it alone starts anew.
        var strategy = new OneForOneStrategy(exception =>
        {
            log.Error(exception, "A worker of pool {Pool} failed and is restarted: this is a fault of the engine", pool.Name);
            return exception is ActorKilledException ? Directive.Stop : Directive.Restart;
        });
        RouterConfig router = pool.Workers is { } workers
            ? new RoundRobinPool(workers).WithSupervisorStrategy(strategy)
            : FromConfig.Instance.WithSupervisorStrategy(strategy);
        var actor = context.ActorOf(props.WithRouter(router), pool.Name);
        _routers.Add(actor, index);
        context.Watch(actor);
    }

    public void Welcome(WorkerStarted started)
    {
        if (_workers.Remove(started.Worker, out var before))
        {
            ledger.WorkerLost(before, before.Assignment is { IsTaken: true }, context.System.Scheduler.Now); // it was restarted
        }
        else
        {
            context.Watch(started.Worker);
        }

        var worker = new WorkerRecord(++_workerIds, started.Pool, started.Worker);
        _workers.Add(started.Worker, worker);
        ledger.WorkerReady(worker);
    }

    public void Bury(IActorRef dead)
    {
        if (_routers.Remove(dead, out var pool))
        {
            log.Warning("Pool {Pool} has lost all its workers and is started anew", settings.Pools[pool].Name);
            Start(pool);
            return;
        }

        if (!_workers.Remove(dead, out var worker))
        {
            return;
        }

        log.Warning(
            "Worker {Worker} of pool {Pool} is gone: what it had is ready again, and it is replaced",
            dead.Path.Name, settings.Pools[worker.Pool].Name);
        ledger.WorkerLost(worker, worker.Assignment is { IsTaken: true }, context.System.Scheduler.Now);
        if (((IInternalActorRef)dead).Parent is { } router && _routers.ContainsKey(router))
        {
            router.Tell(new AdjustPoolSize(1)); // not to one that was started anew meanwhile: that one is complete
        }
    }
}
