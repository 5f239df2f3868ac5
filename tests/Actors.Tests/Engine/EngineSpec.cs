using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Actors.Tests.Engine;

/// <summary>A system of its own with the engine, for one spec. Real time; see <see cref="VirtualTimeSpec"/> for virtual time.</summary>
public abstract class EngineSpec : TestKit
{
    /// <summary>Whatever has not ended by then never will: a hang must fail a test, not the run.</summary>
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    protected EngineSpec(ITestOutputHelper output, string hocon = "")
        : base(Config(hocon), output: output)
    {
    }

    /// <summary>Starts the engine with a pool of that many workers.</summary>
    protected async Task<TaskClient> StartAsync(Action<TaskRegistry> tasks, IServiceProvider? services = null) =>
        (await TaskEngine.StartAsync(Sys, tasks, services)).Client;

    protected static Config Config(string hocon, int workers = 4) => ConfigurationFactory.ParseString(hocon)
        .WithFallback($$"""
            akka.loglevel = INFO
            actors.default-pool.workers = {{workers}}
            actors.worker-dispatcher.dedicated-thread-pool.thread-count = {{workers}}
            """);
}
