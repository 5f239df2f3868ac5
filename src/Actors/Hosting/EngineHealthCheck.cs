using Actors.Storage;
using Akka.Actor;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Actors.Hosting;

/// <summary>
/// The engine's health: unhealthy where its store has not answered for longer than <c>actors.store.unhealthy-after</c>, and where it has stopped; degraded while it
/// reads live trees from the store, and when that has just gone away.
/// </summary>
internal sealed class EngineHealthCheck(ActorSystem system) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (TaskEngine.Get(system).ClientIfStarted is not { } client)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The engine has not started yet.");
        }

        try
        {
            var progress = await client.ProgressAsync(cancellationToken).ConfigureAwait(false);
            return Judge(progress.Store, StoreSettings.UnhealthyAfter(system.Settings.Config), context.Registration.FailureStatus);
        }
        catch (EngineStoppedException stopped)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, stopped.Message, stopped);
        }
    }

    public static HealthCheckResult Judge(StoreProgress? store, TimeSpan unhealthyAfter, HealthStatus failure) => store switch
    {
        { AwayFor: { } away } => new HealthCheckResult(
            away >= unhealthyAfter ? failure : HealthStatus.Degraded,
            $"The store {store.Store} has not answered for {away.TotalSeconds:0} s. What has ended waits, nothing new begins, and it is tried until it answers.",
            data: new Dictionary<string, object> { ["store"] = store.Store, ["awaySeconds"] = away.TotalSeconds }),
        { IsRecovering: true } => HealthCheckResult.Degraded($"Live trees are being read from the store {store.Store}."),
        _ => HealthCheckResult.Healthy(),
    };
}
