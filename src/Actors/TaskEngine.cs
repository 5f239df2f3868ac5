using Actors.Control.Sockets;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Actors.Schedules;
using Actors.Storage;
using Actors.Workers;
using Akka.Actor;
using Akka.Event;

namespace Actors;

/// <summary>The engine of an actor system: reached from anywhere that has the system, and at most once in each.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class TaskEngine : IExtension
{
    private readonly ExtendedActorSystem _system;
    private Running? _running;
    private int _starts;

    internal TaskEngine(ExtendedActorSystem system) => _system = system;

    /// <summary>The coordinator: takes <see cref="TaskProtocol.Spawn"/>.</summary>
    /// <exception cref="InvalidOperationException">The engine has not been started.</exception>
    public IActorRef Coordinator => Started.Coordinator;

    /// <summary>The engine from outside.</summary>
    /// <exception cref="InvalidOperationException">The engine has not been started.</exception>
    public TaskClient Client => Started.Client;

    /// <summary>Its schedules.</summary>
    /// <exception cref="InvalidOperationException">The engine has not been started.</exception>
    public TaskSchedules Schedules => Started.Schedules;

    /// <summary>What people do to it by hand.</summary>
    /// <exception cref="InvalidOperationException">The engine has not been started.</exception>
    public TaskControl Control => Started.Control;

    /// <summary>Null until it has started.</summary>
    internal TaskClient? ClientIfStarted => Volatile.Read(ref _running)?.Client;

    private Running Started => Volatile.Read(ref _running) ?? throw new InvalidOperationException(
        $"Actor system '{_system.Name}' has no task engine yet. Add one with AddActorTasks, or start it with TaskEngine.StartAsync.");

    /// <summary>The engine of a system.</summary>
    public static TaskEngine Get(ActorSystem system) => system.WithExtension<TaskEngine, TaskEngineProvider>();

    /// <summary>Starts the engine of a system that is not hosted: in a test, say. In a host, use <c>AddActorTasks</c>.</summary>
    /// <param name="system">The system.</param>
    /// <param name="tasks">Registers the handlers.</param>
    /// <param name="services">Makes the handlers; null where all of them have constructors without parameters.</param>
    /// <exception cref="TaskRegistrationException">A task has no handler or two, a handler cannot be made, a pool is unknown, a schedule cannot be read.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The engine of that system has been started before.</exception>
    public static async Task<TaskEngine> StartAsync(ActorSystem system, Action<TaskRegistry> tasks, IServiceProvider? services = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(tasks);
        var registry = new TaskRegistry();
        tasks(registry);
        var engine = Get(system);
        await engine.StartAsync(registry, services).ConfigureAwait(false);
        return engine;
    }

    /// <summary>
    /// A follow-up of the task that is running where this is called, just as <see cref="TaskContext.Spawn"/>: for code far from the handler that has
    /// only the actor system in hand.
    /// </summary>
    /// <inheritdoc cref="TaskContext.Spawn" path="/exception"/>
    /// <exception cref="InvalidOperationException">No handler is running where this is called.</exception>
#pragma warning disable CA1822 // reached through the engine, like all the rest
    public Child<TResult> Spawn<TResult>(ITask<TResult> task, SpawnOptions? options = null) =>
        (HandlerScope.Current ?? throw new InvalidOperationException(
            "No task is running here, so there is nothing that this could be a follow-up of. Submit a root through TaskEngine.Client.")).Spawn(task, options);
#pragma warning restore CA1822

    /// <summary>Sees every task come and go, on the coordinator's thread; set before the start.</summary>
    internal ILedgerObserver? Observer { get; set; }

    internal async Task StartAsync(TaskRegistry registry, IServiceProvider? services)
    {
        var settings = EngineSettings.Read(_system);
        var durable = StoreSettings.Read(settings.Store, registry.StoreLocation);
        settings = durable.IsMemory ? settings : settings.WithChunksOfStore();
        var payloads = durable.IsMemory ? null : new PayloadWriter(registry.Json, registry.Protector, durable.PayloadMax);
        var catalog = TaskCatalog.Build(registry, [.. settings.Pools.Select(static pool => pool.Name)], settings.Types, services, payloads, new GateRules(settings.Limits, settings.Rates));
        var schedules = DeclaredSchedules.Read(registry, settings.Schedules, catalog);
        foreach (var shape in registry.Shapes.Values.DistinctBy(static shape => shape.Handler))
        {
            await catalog.HandlersOf(shape.Message).TryAsync(shape.Handler).ConfigureAwait(false);
        }

        if (Interlocked.Exchange(ref _starts, 1) != 0)
        {
            throw new InvalidOperationException($"The task engine of actor system '{_system.Name}' has been started before.");
        }

        var store = durable.IsMemory ? null : await OpenedStore.OpenAsync(StoreSettings.Create(settings.Store, durable.Location), durable).ConfigureAwait(false);
        var coordinator = _system.ActorOf(
            TaskCoordinator.Props(settings, catalog, schedules, store, Observer).WithDispatcher(settings.CoordinatorDispatcher), EngineSettings.CoordinatorName);
        var terminated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = _system.WhenTerminated.ContinueWith(_ => terminated.TrySetResult(), TaskScheduler.Default);
        var client = new TaskClient(catalog, coordinator, terminated.Task);
        Volatile.Write(
            ref _running, new Running(coordinator, client, new TaskSchedules(catalog, coordinator, terminated.Task), new TaskControl(coordinator, terminated.Task)));
        DrainOnShutdown(client, settings, isDurable: store is not null);
        await ControlSocketHosting.StartAsync(this, _system, settings.ControlSocket, durable.IsMemory ? null : durable.Location).ConfigureAwait(false);
    }

    private void DrainOnShutdown(TaskClient client, EngineSettings settings, bool isDurable)
    {
        var log = Logging.GetLogger(_system, typeof(TaskEngine));
        CoordinatedShutdown.Get(_system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "actors-drain", async () =>
        {
            var report = await client.DrainAsync(settings.DrainMode, settings.DrainTimeout).ConfigureAwait(false);
            if (isDurable)
            {
                log.Info("The engine stopped; {LeftCount} live task(s) stay in the store and go on when it is started again", report.LeftCount);
                return Akka.Done.Instance;
            }

            foreach (var left in report.Left.Take(EngineSettings.LeftLogged))
            {
                log.Warning(
                    "Left undone: task {TaskId} of type {TaskType} (root {RootId}, attempt {Attempt}), {State}",
                    left.Id, left.Type, left.RootId, left.Attempt, left.State);
            }

            if (!report.IsComplete)
            {
                log.Warning("The engine stopped with {LeftCount} task(s) left undone", report.LeftCount);
            }

            return Akka.Done.Instance;
        });
    }

    private sealed record Running(IActorRef Coordinator, TaskClient Client, TaskSchedules Schedules, TaskControl Control);
}

/// <summary>Makes the engine of an actor system known to it.</summary>
public sealed class TaskEngineProvider : ExtensionIdProvider<TaskEngine>
{
    /// <inheritdoc/>
    public override TaskEngine CreateExtension(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new TaskEngine(system);
    }
}
