using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Storage.Tests.Engine;

/// <summary>One life of an engine on a store.</summary>
internal sealed class Incarnation : IAsyncDisposable
{
    // A stop that does not drain: what runs is torn off, as in a crash.
    private const string Defaults = """
        akka.log-dead-letters = off
        akka.loglevel = WARNING
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        actors.store.inbox-interval = 50ms
        actors.suspect-alone = 100ms
        """;

    private const string VirtualTime = """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """;

    private readonly ActorSystem _system;

    private Incarnation(ActorSystem system, TaskEngine engine, Doors doors)
    {
        _system = system;
        Coordinator = engine.Coordinator;
        Client = engine.Client;
        Schedules = engine.Schedules;
        Control = engine.Control;
        Doors = doors;
    }

    public ActorSystem System => _system;

    public IActorRef Coordinator { get; }

    public TaskClient Client { get; }

    public TaskSchedules Schedules { get; }

    public TaskControl Control { get; }

    public Doors Doors { get; }

    /// <summary>Starts one.</summary>
    /// <param name="location">The store.</param>
    /// <param name="change">Registers more, or something else.</param>
    /// <param name="hocon">Above the defaults.</param>
    /// <param name="clock">In virtual time, which stands still until <see cref="AdvanceAsync"/>: what it begins with, later than now. Null: in real time.</param>
    public static async Task<Incarnation> StartAsync(string location, Action<TaskRegistry>? change = null, string hocon = "", DateTimeOffset? clock = null)
    {
        var config = ConfigurationFactory.ParseString(hocon).WithFallback(clock is null ? "" : VirtualTime).WithFallback(Defaults);
        var system = ActorSystem.Create("life", config);
        if (clock is { } time)
        {
            ((TestScheduler)system.Scheduler).AdvanceTo(time);
        }

        var doors = new Doors();
        try
        {
            var engine = await TaskEngine.StartAsync(
                system,
                tasks =>
                {
                    tasks.UseStore(location);
                    (change ?? AddAll)(tasks);
                },
                new ServiceCollection().AddSingleton(doors).BuildServiceProvider());
            return new Incarnation(system, engine, doors);
        }
        catch
        {
            await system.Terminate();
            throw;
        }
    }

    public static void AddAll(TaskRegistry tasks) => tasks.AddHandlersFrom(typeof(Incarnation).Assembly);

    /// <summary>Moves the time on, where it is virtual; no step is longer than the engine's own timers.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await Client.ProgressAsync();
        for (var step = TimeSpan.FromSeconds(30); by > TimeSpan.Zero; by -= step)
        {
            step = by < step ? by : step;
            ((TestScheduler)_system.Scheduler).Advance(step);
            await Client.ProgressAsync();
        }
    }

    /// <summary>Waits until that holds of its progress.</summary>
    /// <exception cref="TimeoutException">Not for longer than any healthy engine takes.</exception>
    public async Task<EngineProgress> UntilAsync(Func<EngineProgress, bool> condition)
    {
        using var patience = new CancellationTokenSource(EachStoreSpec.Patience);
        EngineProgress? last = null;
        try
        {
            await foreach (var progress in Client.WatchAsync(TimeSpan.FromMilliseconds(5), patience.Token))
            {
                last = progress;
                if (condition(progress))
                {
                    return progress;
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
        }

        throw new TimeoutException($"Not within {EachStoreSpec.Patience}. The progress was {last}; what ran: {string.Join(", ", Doors.Ran)}.");
    }

    /// <summary>Ends it as a crash would: no drain, and what runs is torn off.</summary>
    public async Task CrashAsync() => await _system.Terminate();

    /// <summary>Ends when the engine ends by itself.</summary>
    public Task Ended => _system.WhenTerminated;

    public async ValueTask DisposeAsync() => await _system.Terminate();
}
