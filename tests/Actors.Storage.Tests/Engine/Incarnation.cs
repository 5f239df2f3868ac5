using Akka.Actor;
using Akka.Configuration;
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

    private readonly ActorSystem _system;

    private Incarnation(ActorSystem system, TaskEngine engine, Doors doors)
    {
        _system = system;
        Client = engine.Client;
        Doors = doors;
    }

    public TaskClient Client { get; }

    public Doors Doors { get; }

    /// <summary>Starts one.</summary>
    /// <param name="location">The store.</param>
    /// <param name="change">Registers more, or something else.</param>
    /// <param name="hocon">Above the defaults.</param>
    public static async Task<Incarnation> StartAsync(string location, Action<TaskRegistry>? change = null, string hocon = "")
    {
        var config = ConfigurationFactory.ParseString(hocon).WithFallback(Defaults);
        var system = ActorSystem.Create("life", config);
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

    /// <summary>Ends it as a crash would: no drain, and what runs is torn off.</summary>
    public async Task CrashAsync() => await _system.Terminate();

    /// <summary>Ends when the engine ends by itself.</summary>
    public Task Ended => _system.WhenTerminated;

    public async ValueTask DisposeAsync() => await _system.Terminate();
}
