using System.CommandLine;
using Actors.Console.Commands;
using Actors.Console.Configuration;
using Actors.Console.Hosting;

namespace Actors.Console.Control;

/// <summary>What a command looks at or acts on: an engine that runs, or the store of one that does not.</summary>
/// <param name="Session">The engine; null where none runs.</param>
/// <param name="Store">The location of the store; null where none was named.</param>
internal sealed record ControlTarget(ControlSession? Session, string? Store) : IAsyncDisposable
{
    /// <summary><c>--socket PATH</c>.</summary>
    public static Option<string?> Socket { get; } = new("--socket") { Description = "The socket of the running engine; else that of the store, or the only one there is", HelpName = "PATH" };

    /// <summary><c>--store LOCATION</c>.</summary>
    public static Option<string?> StoreOption { get; } = new("--store") { Description = "The store, sqlite:FILE or postgres:CONNECTION: of an engine that runs, or of one that does not", HelpName = "LOCATION" };

    /// <summary>Finds it.</summary>
    /// <exception cref="UsageException">There is none, or it is not clear which.</exception>
    public static async Task<ControlTarget> FindAsync(ParseResult given)
    {
        if (given.GetValue(Socket) is { } path)
        {
            return new ControlTarget(await ControlSession.ConnectAsync(path).ConfigureAwait(false) ?? throw new UsageException($"no engine listens at {path}"), null);
        }

        if ((given.GetValue(StoreOption) ?? ConfiguredStore(given)) is { } store)
        {
            foreach (var candidate in ControlSocket.PathsOf(store))
            {
                if (await ControlSession.ConnectAsync(candidate).ConfigureAwait(false) is { } session)
                {
                    return new ControlTarget(session, store);
                }
            }

            return new ControlTarget(null, store);
        }

        var found = new List<ControlSession>();
        foreach (var candidate in ControlSocket.Folders.Where(Directory.Exists).SelectMany(static folder => Directory.EnumerateFiles(folder, "*.sock")))
        {
            if (await ControlSession.ConnectAsync(candidate).ConfigureAwait(false) is { } session)
            {
                found.Add(session);
            }
        }

        if (found is [var only])
        {
            return new ControlTarget(only, null);
        }

        foreach (var session in found)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }

        throw new UsageException(found.Count == 0
            ? "no engine of this user is running; --store names the store of one that was"
            : $"several engines are running; say which: {string.Join(" or ", found.Select(static session => $"--socket {session.Path}"))}");
    }

    public ValueTask DisposeAsync() => Session?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? ConfiguredStore(ParseResult given) =>
        EngineHost.ConfigOf(new EngineOptions(given.GetValue(EngineOptions.Hocon), null)).GetString("actors.store.location") is { } location && location != "memory" ? location : null;
}
