using System.Net.Sockets;
using System.Text.Json;
using Actors.Console.Configuration;

namespace Actors.Console.Control;

/// <summary>A conversation with a running engine, through its local socket.</summary>
internal sealed class ControlSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // a cancel by filter goes through all live tasks

    private readonly NetworkStream _stream;

    private ControlSession(Socket socket, string path)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        Path = path;
    }

    /// <summary>Where the engine listens.</summary>
    public string Path { get; }

    /// <summary>Connects.</summary>
    /// <returns>Null where nobody listens there.</returns>
    /// <exception cref="UsageException">Somebody does, and it is not this user.</exception>
    public static async Task<ControlSession?> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).ConfigureAwait(false);
            ThrowIfForeign(socket, path);
            return new ControlSession(socket, path);
        }
        catch (Exception nobody) when (nobody is SocketException or ArgumentException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks.</summary>
    /// <param name="action">What for.</param>
    /// <param name="members">What else the request says; null is left out.</param>
    /// <exception cref="UsageException">The engine refuses; the message is its own.</exception>
    /// <exception cref="IOException">It does not answer.</exception>
    public async Task<JsonElement> AskAsync(string action, IEnumerable<(string Name, object? Value)> members)
    {
        using var patience = new CancellationTokenSource(Patience);
        var request = JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("v", ControlSocket.Version);
            json.WriteString("do", action);
            foreach (var (name, value) in members)
            {
                if (value is long number)
                {
                    json.WriteNumber(name, number);
                }
                else if (value is bool flag)
                {
                    json.WriteBoolean(name, flag);
                }
                else if (value is not null)
                {
                    json.WriteString(name, value.ToString());
                }
            }

            json.WriteEndObject();
        });
        await _stream.WriteAsync((byte[])[.. request.Utf8.Span, (byte)'\n'], patience.Token).ConfigureAwait(false);
        using var reader = new StreamReader(_stream, leaveOpen: true);
        var line = await reader.ReadLineAsync(patience.Token).ConfigureAwait(false) ?? throw new IOException($"the engine at {Path} has closed the connection");
        using var answer = JsonDocument.Parse(line);
        if (answer.RootElement.GetProperty("ok").GetBoolean())
        {
            return answer.RootElement.GetProperty("result").Clone();
        }

        var error = answer.RootElement.GetProperty("error");
        throw new RefusedException(error.GetProperty("kind").GetString()!, error.GetProperty("message").GetString()!);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>In a folder that all may write to, another user might listen.</summary>
    private static void ThrowIfForeign(Socket socket, string path)
    {
        const int SocketLevel = 1; // SOL_SOCKET
        const int PeerCredentials = 17; // SO_PEERCRED
        Span<int> credentials = stackalloc int[3]; // process, user, group
        if (OperatingSystem.IsLinux()
            && socket.GetRawSocketOption(SocketLevel, PeerCredentials, System.Runtime.InteropServices.MemoryMarshal.AsBytes(credentials)) >= 2 * sizeof(int)
            && (uint)credentials[1] != Exec.ProcessCalls.EffectiveUser() && Exec.ProcessCalls.EffectiveUser() != 0)
        {
            throw new UsageException($"the engine at {path} is another user's");
        }
    }
}

/// <summary>An engine, or a store, refuses what was asked for.</summary>
/// <param name="kind">A word for programs.</param>
/// <param name="message">Why.</param>
internal sealed class RefusedException(string kind, string message) : Exception(message)
{
    /// <summary><c>not-found</c>, <c>refused</c> and so on.</summary>
    public string Kind => kind;
}
