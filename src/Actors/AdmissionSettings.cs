using Akka.Configuration;

namespace Actors;

/// <summary>How much outside may have pending: the section <c>actors.admission</c>.</summary>
/// <param name="PendingMax">Trees in the engine; null sets no bound.</param>
/// <param name="PoolsPendingMax">Trees whose root runs in a pool, by the index of the pool.</param>
/// <param name="WhenFull">What becomes of more.</param>
internal sealed record AdmissionSettings(long? PendingMax, IReadOnlyList<long?> PoolsPendingMax, WhenFull WhenFull)
{
    /// <exception cref="ConfigurationException">A value cannot be used; the message names the key.</exception>
    public static AdmissionSettings Read(Config config, IReadOnlyList<PoolSettings> pools)
    {
        var whenFull = config.GetString("when-full");
        var byPool = config.GetConfig("pools");
        var unknown = byPool is { IsEmpty: false } ? byPool.Root.GetObject().Items.Keys.FirstOrDefault(name => pools.All(pool => pool.Name != name)) : null;
        if (unknown is not null)
        {
            throw new ConfigurationException($"actors.admission.pools.{unknown} configures a pool that there is not. The pools are {string.Join(", ", pools.Select(static pool => pool.Name))}.");
        }

        return new AdmissionSettings(
            Bound(config, "actors.admission."),
            [.. pools.Select(pool => byPool?.GetConfig($"\"{pool.Name}\"") is { IsEmpty: false } own ? Bound(own, $"actors.admission.pools.{pool.Name}.") : null)],
            whenFull switch
            {
                "wait" => WhenFull.Wait,
                "refuse" => WhenFull.Refuse,
                _ => throw new ConfigurationException($"actors.admission.when-full is '{whenFull}'; it must be wait or refuse."),
            });
    }

    private static long? Bound(Config config, string section) => config.GetLong("pending-max") switch
    {
        0 => null,
        var max and > 0 => max,
        _ => throw new ConfigurationException($"{section}pending-max is '{config.GetString("pending-max")}'; it must be a whole number, and 0 sets no bound."),
    };
}
