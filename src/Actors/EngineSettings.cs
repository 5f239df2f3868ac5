using Actors.Ledger;
using Akka.Actor;
using Akka.Configuration;

namespace Actors;

/// <summary>What the engine reads from HOCON, once, when it starts. Units and defaults stand in <c>reference.conf</c>.</summary>
internal sealed record EngineSettings(
    LedgerSettings Ledger,
    IReadOnlyList<PoolSettings> Pools,
    string CoordinatorDispatcher,
    string StoreDispatcher,
    Config Store,
    DrainMode DrainMode,
    TimeSpan DrainTimeout,
    AdmissionSettings Admission,
    Config? Types,
    Config? Schedules,
    Config? Limits,
    Config? Rates)
{
    public const string CoordinatorName = "tasks";

    /// <summary>How many of the tasks that a shutdown left undone are logged one by one.</summary>
    public const int LeftLogged = 100;

    /// <summary>Where the engine can be reached by other processes: <c>off</c>, <c>auto</c> or a path.</summary>
    public required string ControlSocket { get; init; }

    /// <summary>Timers are never armed for longer, so that a clock that was set meanwhile is noticed.</summary>
    public TimeSpan AlarmMax { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The engine's defaults, which every configuration falls back to.</summary>
    public static Config Reference { get; } = ConfigurationFactory.FromResource("Actors.reference.conf", typeof(EngineSettings).Assembly);

    /// <exception cref="ConfigurationException">A value cannot be used; the message names the key.</exception>
    public static EngineSettings Read(ExtendedActorSystem system)
    {
        system.Settings.InjectTopLevelFallback(Reference);
        var config = system.Settings.Config.GetConfig("actors");
        var ledger = new LedgerSettings
        {
            ChunkTasksMax = AtLeastOne(config, "chunk.tasks-max"),
            ChunkWork = Positive(config, "chunk.work"),
            Slice = Positive(config, "chunk.slice"),
            RunAhead = config.GetBoolean("chunk.run-ahead"),
            Grace = Positive(config, "grace"),
            WorkerLossesMax = AtLeastOne(config, "worker-losses-max"),
            SuspectAlone = Positive(config, "suspect-alone"),
            FoldStepMax = AtLeastOne(config, "fold-step-max"),
        };
        var mode = config.GetString("drain.mode");
        var pools = ReadPools(system.Settings.Config, config);
        return new EngineSettings(
            ledger,
            pools,
            config.GetString("coordinator-dispatcher-id"),
            config.GetString("store-dispatcher-id"),
            config.GetConfig("store"),
            mode switch
            {
                "finish-trees" => DrainMode.FinishTrees,
                "finish-running" => DrainMode.FinishRunning,
                "now" => DrainMode.Now,
                _ => throw new ConfigurationException($"actors.drain.mode is '{mode}'; it must be finish-trees, finish-running or now."),
            },
            Positive(config, "drain.timeout"),
            AdmissionSettings.Read(config.GetConfig("admission"), pools),
            config.GetConfig("types"),
            config.GetConfig("schedules"),
            config.GetConfig("limits"),
            config.GetConfig("rates"))
        {
            ControlSocket = config.GetString("control.socket") is { Length: > 0 } socket
                ? socket
                : throw new ConfigurationException("actors.control.socket is empty; it must be off, auto or the path of a socket."),
        };
    }

    /// <summary>With a store, other chunks.</summary>
    public EngineSettings WithChunksOfStore() => this with
    {
        Ledger = Ledger with
        {
            ChunkTasksMax = AtLeastOne(Store, "chunk.tasks-max", "actors.store."),
            ChunkWork = Positive(Store, "chunk.work", "actors.store."),
        },
    };

    /// <summary>Every router that is deployed under the coordinator is a pool; where none is, there is one by default.</summary>
    private static List<PoolSettings> ReadPools(Config all, Config config)
    {
        var prefix = $"/{CoordinatorName}/";
        var pools = new List<PoolSettings>();
        if (all.GetConfig("akka.actor.deployment") is { IsEmpty: false } deployment)
        {
            foreach (var (path, value) in deployment.Root.GetObject().Items)
            {
                if (!path.StartsWith(prefix, StringComparison.Ordinal) || path.Length == prefix.Length || path.AsSpan(prefix.Length).Contains('/'))
                {
                    continue;
                }

                var pool = value.AtKey("pool").GetConfig("pool");
                if (!pool.GetString("router", "").EndsWith("-pool", StringComparison.Ordinal))
                {
                    throw new ConfigurationException(
                        $"akka.actor.deployment.\"{path}\".router is '{pool.GetString("router", "")}'; a pool of workers needs a pool router, such as round-robin-pool.");
                }

                if (pool.GetInt("nr-of-instances", 0) < 1)
                {
                    throw new ConfigurationException($"akka.actor.deployment.\"{path}\".nr-of-instances must be at least 1.");
                }

                pools.Add(new PoolSettings(path[prefix.Length..], pool.GetString("dispatcher", config.GetString("worker-dispatcher-id")), null));
            }
        }

        if (pools.Count == 0)
        {
            pools.Add(new PoolSettings("default", config.GetString("worker-dispatcher-id"), AtLeastOne(config, "default-pool.workers")));
        }

        return pools;
    }

    internal static int AtLeastOne(Config config, string key, string section = "actors.") =>
        config.GetInt(key) is var value and >= 1 ? value : throw new ConfigurationException($"{section}{key} is '{config.GetString(key)}'; it must be a whole number of at least 1.");

    internal static TimeSpan Positive(Config config, string key, string section = "actors.")
    {
        TimeSpan value;
        try
        {
            value = config.GetTimeSpan(key);
        }
        catch (FormatException)
        {
            value = TimeSpan.Zero;
        }

        return value > TimeSpan.Zero ? value : throw new ConfigurationException($"{section}{key} is '{config.GetString(key)}'; it must be a time of more than zero, such as 10ms or 5s.");
    }
}

/// <summary>A pool.</summary>
/// <param name="Name">The last part of its path.</param>
/// <param name="Dispatcher">The dispatcher on whose threads its handlers run.</param>
/// <param name="Workers">How many workers, where it is not deployed in HOCON; null where it is.</param>
internal sealed record PoolSettings(string Name, string Dispatcher, int? Workers);
