using Akka.Actor;
using Akka.Configuration;

namespace Actors.Benchmarks;

/// <summary>The complete engine, all rules on.</summary>
internal sealed class ActorsEngine : IAsyncDisposable
{
    private readonly ActorSystem _system;

    private ActorsEngine(ActorSystem system, TaskClient client)
    {
        _system = system;
        Client = client;
    }

    public TaskClient Client { get; }

    public static async Task<ActorsEngine> StartAsync(int workers, string store = "memory")
    {
        var system = ActorSystem.Create("benchmark", ConfigurationFactory.ParseString($$"""
            akka.loglevel = WARNING
            akka.stdout-loglevel = WARNING
            akka.actor.deployment."/tasks/default" { router = round-robin-pool, nr-of-instances = {{workers}} }
            actors.worker-dispatcher.dedicated-thread-pool.thread-count = {{workers}}
            """));
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.UseStore(store).AddHandlersFrom(typeof(ActorsEngine).Assembly));
        return new ActorsEngine(system, engine.Client);
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();
}
