using Actors.Console.Commands;
using Actors.Console.Configuration;
using Actors.Console.Exec;
using Actors.Console.FollowUps;
using Actors.Console.Lines;
using Actors.Console.Logging;
using Actors.Console.Running;
using Actors.Console.Scanning;
using Actors.Console.Scanning.Duplicates;
using Actors.Console.Scanning.Storage;
using Actors.Console.Trees;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace Actors.Console.Hosting;

/// <summary>The engine in a host, configured by HOCON and logging through Serilog.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(40);

    private readonly IHost _host;

    private EngineHost(IHost host, ConsoleSettings settings)
    {
        _host = host;
        Settings = settings;
        Client = host.Services.GetRequiredService<TaskClient>();
    }

    /// <summary>The engine from outside.</summary>
    public TaskClient Client { get; }

    /// <summary>The section <c>actors.console</c>.</summary>
    public ConsoleSettings Settings { get; }

    /// <summary>Whether tasks outlive the process.</summary>
    public bool HasStore { get; private init; }

    /// <summary>The settings of <c>actors run</c>; null for other commands.</summary>
    public RunSettings? Run { get; private init; }

    /// <summary>How far the scan is.</summary>
    public ScanProgress Progress => _host.Services.GetRequiredService<ScanProgress>();

    /// <summary>Starts the engine.</summary>
    /// <param name="options">The options that every command has.</param>
    /// <param name="run">What <c>actors run</c> makes of the configuration; null elsewhere, where no program is run, not even one that a store holds.</param>
    /// <exception cref="UsageException">The configuration cannot be used.</exception>
    public static Task<EngineHost> StartAsync(EngineOptions options, Func<Config, RunSettings>? run = null) => StartAsync(ConfigOf(options), run, AddTasks);

    private static async Task<EngineHost> StartAsync(Config config, Func<Config, RunSettings>? run, Action<TaskRegistry, RunSettings?> addTasks)
    {
        var settings = ConsoleSettings.Of(config);
        var log = LogSetup.Create(settings.Log, System.Console.Error, tellsFailures: run is not null);
        Log.Logger = log; // where Akka.Logger.Serilog looks for it

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, SilentLifetime>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddSerilog(log, dispose: true);
        builder.Services.AddSingleton<ScanProgress>();
        builder.Services.AddSingleton(System.Console.Out);
        builder.Services.AddSingleton<IFolderReader>(static _ => LinuxFolderReader.IsSupported ? new LinuxFolderReader() : new PortableFolderReader());
        var running = run?.Invoke(config);
        if (running is not null && !OperatingSystem.IsWindows())
        {
            AddPrograms(builder.Services, running);
        }

        builder.Services.AddActorTasks("actors", tasks => addTasks(tasks, running), (akka, _) => Configure(akka, config));
        var host = builder.Build();
        try
        {
            await StartSilentlyAsync(host).ConfigureAwait(false);
            return new EngineHost(host, settings) { Run = running, HasStore = config.GetString("actors.store.location", "memory") != "memory" };
        }
        catch (StoreException unusable)
        {
            await DisposeAsync(host).ConfigureAwait(false);
            throw new UsageException(unusable.Message.ReplaceLineEndings(" "), unusable);
        }
        catch (Exception broken) when (broken is ConfigurationException or TaskRegistrationException or FormatException or ArgumentException or OverflowException)
        {
            await DisposeAsync(host).ConfigureAwait(false);
            throw new UsageException($"configuration: {broken.Message.ReplaceLineEndings(" ")}", broken);
        }
    }

    /// <summary>
    /// Starts an engine without handlers on a store that none has: it runs nothing, and whatever is done to it is done by the engine's own rules and under the store's lock.
    /// </summary>
    /// <param name="options">Names the store.</param>
    /// <param name="socket">Where it can be reached.</param>
    /// <exception cref="UsageException">The store or the configuration cannot be used.</exception>
    public static Task<EngineHost> StartIdleAsync(EngineOptions options, string socket) =>
        StartAsync(ConfigurationFactory.ParseString($"actors {{ control.socket = {HoconText.Quoted(socket)}, console.log.console.enabled = off }}").WithFallback(ConfigOf(options)), null, static (_, _) => { });

    /// <summary>Stops the engine and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        await DisposeAsync(_host).ConfigureAwait(false);
    }

    private static async ValueTask DisposeAsync(IHost host)
    {
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            host.Dispose();
        }
    }

    // Akka.Hosting writes to standard output, stack trace and all, where the actor system cannot start. The exception comes here as well.
    private static async Task StartSilentlyAsync(IHost host)
    {
        var output = System.Console.Out;
        System.Console.SetOut(TextWriter.Null);
        try
        {
            await host.StartAsync().ConfigureAwait(false);
        }
        finally
        {
            System.Console.SetOut(output);
        }
    }

    /// <summary>The configuration, with what the command line says above it.</summary>
    public static Config ConfigOf(EngineOptions options)
    {
        var config = HoconSource.Load(options.HoconFile);
        if (options.StoreLocation is { } store)
        {
            config = ConfigurationFactory.ParseString($"actors.store.location = {HoconText.Quoted(store)}").WithFallback(config);
        }

        if (options.TakeOver)
        {
            config = ConfigurationFactory.ParseString("actors.store.take-over = on").WithFallback(config);
        }

        return options.Workers is not { } workers
            ? config
            : ConfigurationFactory.ParseString(
                $$"""
                akka.actor.deployment {
                  "/tasks/default".nr-of-instances = {{workers}}
                  "/tasks/io".nr-of-instances = {{workers}}
                  "/tasks/exec".nr-of-instances = {{workers}}
                }
                actors.worker-dispatcher.dedicated-thread-pool.thread-count = {{Math.Min(workers, EngineOptions.ThreadsMax)}}
                actors.io-dispatcher.dedicated-thread-pool.thread-count = {{Math.Min(workers, EngineOptions.ThreadsMax)}}
                """).WithFallback(config);
    }

    /// <summary>Each by its name: what runs programs is in this assembly too, and must not come along unasked.</summary>
    private static void AddTasks(TaskRegistry tasks, RunSettings? run)
    {
        tasks.AddHandler<ScanTreeHandler>().AddHandler<ScanFolderHandler>().AddHandler<AddUpHandler>();
        tasks.AddHandler<CompareEqualSizesHandler>().AddHandler<ReadFileHandler>();
        tasks.AddHandler<AddLeavesHandler>().AddHandler<StepsHandler>();
        tasks.UseJson(StoredScan.Json);
        ScanTasks.Configure(tasks);
        if (run is not null && !OperatingSystem.IsWindows())
        {
            const string Pool = "exec";
            tasks.AddHandler<ExecHandler>().AddHandler<WhenDoneHandler>().AddHandler<TreeLineHandler>();
            tasks.Configure<Exec.Exec>(static type => type with { Pool = Pool });
            tasks.Configure<ExecJoin>(static type => type with { Pool = Pool });
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void AddPrograms(IServiceCollection services, RunSettings run)
    {
        LeftPrograms.KillOrphans(); // of engines that were killed: before the engine runs the same tasks again
        ExecFolder.DeleteOrphans();
        services.AddSingleton(run.Exec);
        services.AddSingleton<ChildProcesses>();
        services.AddSingleton<ProgramRuns>();
        services.AddSingleton<ExecFolder>();
        services.AddSingleton(LineFormatOf(run));
    }

    /// <summary>What stands on the lines of a run.</summary>
    public static LineFormat LineFormatOf(RunSettings run) => new(Environment.CurrentDirectory, run.Exec.Allowed, run.Exec.GraceMax);

    private static void Configure(AkkaConfigurationBuilder akka, Config config)
    {
        akka.AddHocon(config, HoconAddMode.Prepend);

        // Last, so above all: standard output belongs to the result.
        akka.AddHocon($"akka.stdout-logger-class = \"{typeof(LeftoverLogger).AssemblyQualifiedName}\"", HoconAddMode.Prepend);
    }
}
