using Actors.Simulation.Stores;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Storage.Tests.Engine;

/// <summary>The health check that comes with the engine in a host.</summary>
public sealed class HealthSpec
{
    private const string Hocon = MemoryStoreProvider.Hocon
        + "akka.loglevel = OFF\nactors.store.retry-min = 20ms\nactors.store.retry-max = 50ms\nactors.store.unhealthy-after = 500ms";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_says_when_the_store_is_read_when_it_is_away_and_when_all_is_well()
    {
        var place = MemoryStoreProvider.PlaceOf("health");
        using var readOn = new ManualResetEventSlim();
        place.Faults = call =>
        {
            if (call == StoreCall.ReadWindow)
            {
                readOn.Wait(Patience);
            }

            return StoreFault.None;
        };
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new Doors());
        builder.Services.AddActorTasks(
            "health", static tasks => tasks.UseStore("shared:health").AddHandlersFrom(typeof(HealthSpec).Assembly), static (akka, _) => akka.AddHocon(Hocon, HoconAddMode.Prepend));
        using var host = builder.Build();
        await host.StartAsync();
        await StatusAsync(host, HealthStatus.Degraded);
        readOn.Set();
        await StatusAsync(host, HealthStatus.Healthy);

        place.Faults = static call => call is StoreCall.Commit or StoreCall.Reconnect ? StoreFault.Refused : StoreFault.None;
        var submitted = host.Services.GetRequiredService<TaskClient>().SubmitAsync(new Large(7));
        await StatusAsync(host, HealthStatus.Degraded);
        var report = await StatusAsync(host, HealthStatus.Unhealthy);
        Assert.Contains("has not answered", report.Entries["actors"].Description, StringComparison.Ordinal);

        place.Faults = static _ => StoreFault.None;
        await StatusAsync(host, HealthStatus.Healthy);
        Assert.Equal(7, (await (await submitted).OutcomeAsync().WaitAsync(Patience)).Value.Length);
        await host.StopAsync();
    }

    /// <summary>Asks until it says so.</summary>
    private static async Task<HealthReport> StatusAsync(IHost host, HealthStatus expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var health = host.Services.GetRequiredService<HealthCheckService>();
        while (true)
        {
            var report = await health.CheckHealthAsync(patience.Token);
            if (report.Status == expected)
            {
                return report;
            }

            await interval.WaitForNextTickAsync(patience.Token);
        }
    }
}
