using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Actors.Control.Sockets;

/// <summary>The socket of an engine: from its start to the end of its actor system, its drain included.</summary>
internal static class ControlSocketHosting
{
    private const string Off = "off";
    private const string Auto = "auto";

    /// <summary>Whose store was taken over still listens for a while.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>Opens it, where it is asked for.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="system">Its system.</param>
    /// <param name="setting"><c>off</c>, <c>auto</c> or a path.</param>
    /// <param name="store">The location of its store; null where it has none.</param>
    /// <exception cref="ConfigurationException">It cannot listen at the path that was given.</exception>
    public static async Task StartAsync(TaskEngine engine, ActorSystem system, string setting, string? store)
    {
        if (setting == Off)
        {
            return;
        }

        var path = setting == Auto ? ControlSocket.PathOfOwn(store) : setting;
        var log = Logging.GetLogger(system, typeof(ControlServer));
        try
        {
            await ListenAsync(engine, system, path, log).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (setting != Auto)
            {
                throw new ConfigurationException($"actors.control.socket: {path}: {exception.Message}", exception);
            }

            log.Warning("The engine cannot be reached from other processes, since {Path} cannot be a socket yet: {Cause}. It is tried until it can", path, exception.Message);
            _ = KeepTryingAsync(engine, system, path, log);
        }
    }

    private static async Task KeepTryingAsync(TaskEngine engine, ActorSystem system, string path, ILoggingAdapter log)
    {
        using var timer = new PeriodicTimer(Rest);
        while (!system.WhenTerminated.IsCompleted && await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                await ListenAsync(engine, system, path, log).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                log.Debug("{Path} cannot be a socket yet: {Cause}", path, exception.Message);
            }
        }
    }

    private static async Task ListenAsync(TaskEngine engine, ActorSystem system, string path, ILoggingAdapter log)
    {
        var server = await ControlServer.StartAsync(path, new ControlAnswers(engine), log).ConfigureAwait(false);
        log.Info("The engine can be reached at {Path}", path);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "actors-control-socket", async () =>
        {
            await server.DisposeAsync().ConfigureAwait(false);
            return Akka.Done.Instance;
        });
        _ = system.WhenTerminated.ContinueWith(_ => server.DisposeAsync().AsTask(), TaskScheduler.Default); // where nobody has run the shutdown
    }
}
