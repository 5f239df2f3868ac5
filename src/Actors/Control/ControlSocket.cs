using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Actors.Control.Sockets;

namespace Actors;

/// <summary>
/// Where the engines of this user can be reached by other processes of theirs: a local socket each, when <c>actors.control.socket</c> is on. The protocol is a JSON object
/// a line each way, see <c>src/Actors/Control/Sockets/README.md</c>; <c>actors status</c> and its neighbours speak it.
/// </summary>
public static class ControlSocket
{
    /// <summary>The version of the protocol.</summary>
    public const int Version = 1;

    internal const string Extension = ".sock";

    private const int HashBytes = 12;

    /// <summary>The folders that such sockets are in, the one for new ones first. Not all of them need to be there.</summary>
    public static IReadOnlyList<string> Folders
    {
        get
        {
            // A service has often no XDG_RUNTIME_DIR where the shell of the same user has one: who looks looks in both.
            var fallback = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"actors-{UserId.Effective}"));
            return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { } runtime && Path.IsPathRooted(runtime) ? [Path.Combine(runtime, "actors"), fallback] : [fallback];
        }
    }

    /// <summary>Where the engine that has a store may be reached, unless it was given another path.</summary>
    /// <param name="location">The store: <c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <returns>A path in each of <see cref="Folders"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="location"/> is null or empty.</exception>
    public static IReadOnlyList<string> PathsOf(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        return [.. Folders.Select(folder => Path.Combine(folder, NameOf(location)))];
    }

    /// <summary>The path of an engine of this process.</summary>
    /// <param name="location">Its store; null where it has none.</param>
    internal static string PathOfOwn(string? location) =>
        Path.Combine(Folders[0], location is null ? string.Create(CultureInfo.InvariantCulture, $"process-{Environment.ProcessId}{Extension}") : NameOf(location));

    private static string NameOf(string location)
    {
        const string Sqlite = "sqlite:";
        var canonical = location.StartsWith(Sqlite, StringComparison.Ordinal) ? Sqlite + Path.GetFullPath(location[Sqlite.Length..]) : location;
        return $"store-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)).AsSpan(0, HashBytes))}{Extension}";
    }
}
