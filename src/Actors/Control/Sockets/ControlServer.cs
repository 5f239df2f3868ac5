using System.Net.Sockets;
using System.Text.Json;
using Akka.Event;

namespace Actors.Control.Sockets;

/// <summary>
/// Listens at a local socket that only its user may open, and answers what is asked there. A failure of it is no failure of the engine. Safe for concurrent use.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>Connections at the same time; more are closed at once, so that none of them costs the engine anything.</summary>
    public const int ConnectionsMax = 32;

    private const int Backlog = 128;
    private const int PathBytesMax = 107; // sun_path, and its zero
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Socket _listener;
    private readonly ControlAnswers _answers;
    private readonly ILoggingAdapter _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _path;
    private int _connections;

    private ControlServer(Socket listener, string path, ControlAnswers answers, ILoggingAdapter log)
    {
        _listener = listener;
        _path = path;
        _answers = answers;
        _log = log;
    }

    /// <summary>Starts to listen.</summary>
    /// <param name="path">Where. The folder is made where there is none; a socket that nobody listens at any more is replaced.</param>
    /// <param name="answers">What answers.</param>
    /// <param name="log">The log.</param>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public static async Task<ControlServer> StartAsync(string path, ControlAnswers answers, ILoggingAdapter log)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new IOException("there are no file permissions here that would keep others out");
        }

        if (System.Text.Encoding.UTF8.GetByteCount(path) > PathBytesMax)
        {
            throw new IOException($"the path of a socket has {PathBytesMax} bytes at most");
        }

        MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await RemoveStaleAsync(path).ConfigureAwait(false);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnFile); // before it listens: until then nobody can connect
            listener.Listen(Backlog);
        }
        catch (Exception exception) when (exception is SocketException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new IOException(exception.Message, exception);
        }

        var server = new ControlServer(listener, path, answers, log);
        _ = server.AcceptAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _log.Debug("The socket {Path} stays: {Cause}", _path, exception.Message);
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void MakeFolder(string folder)
    {
        Directory.CreateDirectory(folder, OwnFolder); // of one that is there the permissions stay as they are
        if (ControlSocket.Folders.Contains(folder) && !UserId.IsOwnFolder(folder))
        {
            throw new IOException($"the folder {folder} is not this user's alone"); // where all may write, another may have made it first
        }
    }

    /// <summary>A process that was killed leaves its socket; one that lives answers.</summary>
    private static async Task RemoveStaleAsync(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        if (!UserId.IsSocket(path))
        {
            throw new IOException($"there is something else at {path}"); // a connection to a file is refused as one to a dead socket is
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path)).ConfigureAwait(false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException exception)
        {
            throw new IOException($"it cannot be told whether an engine listens at {path}: {exception.Message}", exception);
        }

        throw new IOException($"another engine listens at {path}");
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var connection = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _connections) > ConnectionsMax || PeerOf(connection) is not { } peer)
                {
                    Interlocked.Decrement(ref _connections);
                    connection.Dispose();
                    continue;
                }

                _ = ServeAsync(connection, peer);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                _log.Warning("The control socket {Path} did not accept a connection: {Cause}", _path, exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false); // out of descriptors, say: no busy loop
            }
        }
    }

    private async Task ServeAsync(Socket connection, string peer)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            await new ControlConnection(stream, _answers, peer).ServeAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException or JsonException)
        {
            _log.Debug("A connection to the control socket ended: {Cause}", exception.Message);
        }
        catch (Exception exception)
        {
            _log.Error(exception, "A connection to the control socket failed: this is a fault of the engine");
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    /// <summary>Who it is: the same user, or root. The file's permissions say the same; where it was opened up by hand, this still holds.</summary>
    /// <returns>Null for anybody else.</returns>
    private static string? PeerOf(Socket connection)
    {
        const int SocketLevel = 1; // SOL_SOCKET
        const int PeerCredentials = 17; // SO_PEERCRED
        if (!OperatingSystem.IsLinux())
        {
            return Environment.UserName;
        }

        Span<int> credentials = stackalloc int[3]; // process, user, group
        var count = connection.GetRawSocketOption(SocketLevel, PeerCredentials, System.Runtime.InteropServices.MemoryMarshal.AsBytes(credentials));
        return count < 2 * sizeof(int) ? null
            : (uint)credentials[1] == UserId.Effective ? Environment.UserName
            : credentials[1] == 0 ? "root"
            : null;
    }
}
