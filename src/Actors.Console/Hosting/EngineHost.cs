using Actors.Console.Commands;
using Actors.Console.Configuration;
using Actors.Console.Logging;
using Actors.Console.Scanning;
using Actors.Console.Scanning.Storage;
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

    /// <summary>How far the scan is.</summary>
    public ScanProgress Progress => _host.Services.GetRequiredService<ScanProgress>();

    /// <summary>Starts the engine.</summary>
    /// <param name="options">The options that every command has.</param>
    /// <exception cref="UsageException">The configuration cannot be used.</exception>
    public static async Task<EngineHost> StartAsync(EngineOptions options)
    {
        var config = ConfigOf(options);
        var settings = ConsoleSettings.Of(config);
        var log = LogSetup.Create(settings.Log, System.Console.Error);
        Log.Logger = log; // for Akka.Logger.Serilog, which looks for it there

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, SilentLifetime>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddSerilog(log, dispose: true);
        builder.Services.AddSingleton<ScanProgress>();
        builder.Services.AddSingleton(System.Console.Out);
        builder.Services.AddSingleton<IFolderReader>(static _ => LinuxFolderReader.IsSupported ? new LinuxFolderReader() : new PortableFolderReader());
        builder.Services.AddActorTasks("actors", AddTasks, (akka, _) => Configure(akka, config));
        var host = builder.Build();
        try
        {
            await StartSilentlyAsync(host).ConfigureAwait(false);
            return new EngineHost(host, settings) { HasStore = config.GetString("actors.store.location", "memory") != "memory" };
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

    private static Config ConfigOf(EngineOptions options)
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
                }
                actors.worker-dispatcher.dedicated-thread-pool.thread-count = {{Math.Min(workers, EngineOptions.ThreadsMax)}}
                actors.io-dispatcher.dedicated-thread-pool.thread-count = {{Math.Min(workers, EngineOptions.ThreadsMax)}}
                """).WithFallback(config);
    }

    private static void AddTasks(TaskRegistry tasks)
    {
        tasks.AddHandlersFrom(typeof(EngineHost).Assembly);
        tasks.UseJson(StoredScan.Json);
        ScanTasks.Configure(tasks);
    }

    private static void Configure(AkkaConfigurationBuilder akka, Config config)
    {
#if AKKA_LOGGER_SERILOG
        // By name, so that this compiles where no registry has the package.
        akka.AddHocon(
            """
            akka.loggers = ["Akka.Logger.Serilog.SerilogLogger, Akka.Logger.Serilog"]
            akka.logger-formatter = "Akka.Logger.Serilog.SerilogLogMessageFormatter, Akka.Logger.Serilog"
            """,
            HoconAddMode.Prepend);
#else
        akka.ConfigureLoggers(static loggers =>
        {
            loggers.ClearLoggers();
            loggers.AddLoggerFactory();
        });
#endif
        akka.AddHocon(config, HoconAddMode.Prepend);

        // Last, so above all: standard output belongs to the result.
        akka.AddHocon($"akka.stdout-logger-class = \"{typeof(LeftoverLogger).AssemblyQualifiedName}\"", HoconAddMode.Prepend);
    }
}
