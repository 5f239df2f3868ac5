using Actors.Ledger;
using Akka.Configuration;

namespace Actors.Storage;

/// <summary>What HOCON says of the store, under <c>actors.store</c>.</summary>
internal sealed record StoreSettings(
    string Location, bool TakeOver, int PayloadMax, int WaitingMax, int? LoadedMax, TimeSpan RetryMin, TimeSpan RetryMax, TimeSpan InboxInterval, StoreRetention Retention)
{
    private const string Memory = "memory";

    /// <summary>Where there is none: all is lost with the process.</summary>
    public bool IsMemory => Location == Memory;

    /// <summary>Makes the store of a location: nothing is opened yet.</summary>
    /// <param name="config">The section <c>actors.store</c>.</param>
    /// <param name="location">A location: scheme, colon, place.</param>
    /// <exception cref="StoreException">There is no such kind of store, or its package is missing.</exception>
    public static ITaskStore Create(Config config, string location)
    {
        var colon = location.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon < 0 ? location : location[..colon];
        var place = colon < 0 ? "" : location[(colon + 1)..];
        var providers = config.GetConfig("providers");
        if (place.Length == 0 || !providers.HasPath(scheme))
        {
            throw new StoreException(
                $"The store '{Masked(location)}' is none of memory, {string.Join(", ", providers.Root.GetObject().Items.Keys.Order(StringComparer.Ordinal).Select(static name => name + ":..."))}. For example: sqlite:tasks.db");
        }

        var name = providers.GetString(scheme);
        var type = Type.GetType(name) ?? throw new StoreException(
            $"The store '{scheme}' needs {name}, which is not there. Reference the package {name[(name.IndexOf(',', StringComparison.Ordinal) + 1)..].Trim()}.");
        var provider = (IStoreProvider)Activator.CreateInstance(type, nonPublic: true)!;
        return provider.Create(place);
    }

    /// <summary>How long the store may be away before the health check says so.</summary>
    public static TimeSpan UnhealthyAfter(Config config) => EngineSettings.Positive(config.WithFallback(EngineSettings.Reference).GetConfig("actors.store"), "unhealthy-after", "actors.store.");

    /// <exception cref="ConfigurationException">A value cannot be used; the message names the key.</exception>
    public static StoreSettings Read(Config config, string? location)
    {
        var payloadMax = config.GetByteSize("payload-max", null) ?? 0;
        return new StoreSettings(
            location ?? config.GetString("location"),
            config.GetBoolean("take-over"),
            payloadMax is > 0 and <= 1 << 30 ? (int)payloadMax : throw new ConfigurationException("actors.store.payload-max must be between 1 and 1 GiB."),
            EngineSettings.AtLeastOne(config, "waiting-max", "actors.store."),
            config.GetInt("loaded-max") switch
            {
                0 => null,
                < 0 => throw new ConfigurationException("actors.store.loaded-max must be at least 0."),
                var max => max,
            },
            EngineSettings.Positive(config, "retry-min", "actors.store."),
            EngineSettings.Positive(config, "retry-max", "actors.store."),
            EngineSettings.Positive(config, "inbox-interval", "actors.store."),
            new StoreRetention(
                EngineSettings.Positive(config, "retention.succeeded", "actors.store."),
                EngineSettings.Positive(config, "retention.failed", "actors.store."),
                EngineSettings.Positive(config, "retention.interval", "actors.store."),
                EngineSettings.AtLeastOne(config, "retention.rows-max", "actors.store.")));
    }

    /// <summary>Without what follows the scheme: there may be a password in it.</summary>
    private static string Masked(string location) => location.Contains("assword", StringComparison.OrdinalIgnoreCase) ? location[..(location.IndexOf(':', StringComparison.Ordinal) + 1)] + "..." : location;
}

/// <summary>When finished trees are deleted.</summary>
/// <param name="Succeeded">The age of those that succeeded or were cancelled.</param>
/// <param name="Failed">The age of those that failed.</param>
/// <param name="Interval">How often is looked.</param>
/// <param name="RowsMax">How many rows at once, about.</param>
internal sealed record StoreRetention(TimeSpan Succeeded, TimeSpan Failed, TimeSpan Interval, int RowsMax);
