using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Actors.Control.Sockets;
using Actors.Tests.Console;
using Akka.Actor;

namespace Actors.Tests.Control;

/// <summary>The socket of an engine: who may open it, and that no nonsense that comes through it does any harm.</summary>
public sealed class ControlSocketSpec : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Only_its_user_may_open_it_and_it_is_gone_when_the_engine_is()
    {
        var path = Path.Combine(_folder.Path, "below", "s.sock");
        using (var system = await StartAsync(path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
            await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(path)); // one engine a socket
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        }

        Assert.False(File.Exists(path));
    }

    [UnixFact]
    public async Task A_socket_that_a_killed_engine_has_left_is_replaced_and_a_file_that_is_none_is_not()
    {
        var path = Path.Combine(_folder.Path, "s.sock");
        await Shell.RunAsync("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s.sock\")'", _folder.Path);
        Assert.True(File.Exists(path));
        using (await StartAsync(path))
        {
            Assert.True((await AskAsync(path, """{"v": 1, "do": "status"}""")).GetProperty("ok").GetBoolean());
        }

        var file = Path.Combine(_folder.Path, "precious");
        await File.WriteAllTextAsync(file, "text");
        await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(file));
        Assert.Equal("text", await File.ReadAllTextAsync(file));
    }

    [UnixFact]
    public async Task An_engine_that_has_taken_a_store_over_can_be_reached_once_the_one_before_is_gone()
    {
        var store = "sqlite:" + Path.Combine(_folder.Path, "tasks.db");
        var path = ControlSocket.PathOfOwn(store);
        ActorSystem second;
        using (await StartAsync("off", store, workers: 2))
        {
            second = await StartAsync("off", store, workers: 3);
            await UntilAsync(path, workers: 2);
        }

        using (second)
        {
            await UntilAsync(path, workers: 3);
        }
    }

    [UnixTheory]
    [InlineData("nonsense", "bad-request")]
    [InlineData("[]", "bad-request")]
    [InlineData("{}", "bad-request")]
    [InlineData("\0\u0001", "bad-request")]
    [InlineData("""{"do": "status"}""", "version")]
    [InlineData("""{"v": 2, "do": "status"}""", "version")]
    [InlineData("""{"v": 1, "do": 5}""", "bad-request")]
    [InlineData("""{"v": 1, "do": "fly"}""", "bad-request")]
    [InlineData("""{"v": 1, "do": "status", "colour": "red"}""", "bad-request")]
    [InlineData("""{"v": 1, "v": 1, "do": "status"}""", "bad-request")]
    [InlineData("""{"v": 1, "do": "cancel"}""", "bad-request")]
    [InlineData("""{"v": 1, "do": "cancel", "id": "x"}""", "bad-request")]
    [InlineData("""{"v": 1, "do": "cancel", "id": "\ud800"}""", "bad-request")]
    [InlineData("""{"v": 1, "do": "cancel", "id": "00000000000000000000000000000001"}""", "not-found")]
    [InlineData("""{"v": 1, "do": "retry", "root": "00000000000000000000000000000001"}""", "refused")]
    public async Task What_makes_no_sense_is_told_and_the_connection_goes_on(string request, string kind)
    {
        var path = Path.Combine(_folder.Path, "s.sock");
        using var system = await StartAsync(path);
        using var connection = await ConnectAsync(path);
        using var stream = new NetworkStream(connection);
        using var reader = new StreamReader(stream);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request + "\n{\"v\": 1, \"do\": \"status\"}\n"));
        var refused = JsonDocument.Parse((await reader.ReadLineAsync())!).RootElement;
        Assert.Equal(kind, refused.GetProperty("error").GetProperty("kind").GetString());
        Assert.True(JsonDocument.Parse((await reader.ReadLineAsync())!).RootElement.GetProperty("ok").GetBoolean());
    }

    [UnixFact]
    public async Task Endless_lines_random_bytes_and_hundreds_of_connections_leave_it_answering()
    {
        var path = Path.Combine(_folder.Path, "s.sock");
        using var system = await StartAsync(path);
        var chance = new System.Random(7);
        var noise = new byte[200_000];
        chance.NextBytes(noise);
        foreach (var garbage in (byte[][])[noise, new byte[200_000], [.. Enumerable.Repeat((byte)'\n', 1_000)], Encoding.UTF8.GetBytes(new string('[', 60_000) + "\n")])
        {
            using var connection = await ConnectAsync(path);
            try
            {
                await connection.SendAsync(garbage);
                var buffer = new byte[4_096];
                while (await connection.ReceiveAsync(buffer) > 0)
                {
                    if (garbage.Length < 100_000 && garbage[0] == '[')
                    {
                        break; // one answer; the others are ended by the engine
                    }
                }
            }
            catch (SocketException)
            {
                // Closed while it was being written to.
            }
        }

        var open = new List<Socket>();
        for (var index = 0; index < 300; index++)
        {
            try
            {
                open.Add(await ConnectAsync(path));
            }
            catch (SocketException)
            {
                continue; // more at once than may wait
            }
        }

        open.ForEach(static connection => connection.Dispose());
        JsonElement? answer = null;
        while (answer is null)
        {
            try
            {
                answer = await AskAsync(path, """{"v": 1, "do": "status"}"""); // those that have left are told apart from those that stay when their end is seen
            }
            catch (Exception full) when (full is SocketException or IOException or ArgumentNullException)
            {
                continue;
            }
        }

        Assert.True(answer.Value.GetProperty("ok").GetBoolean());
    }

    /// <summary>Until the engine that answers there has so many workers: they come when it has started.</summary>
    private static async Task UntilAsync(string path, int workers)
    {
        var patience = Stopwatch.StartNew();
        while (await WorkersAsync(path) != workers)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), $"no engine with {workers} workers");
        }
    }

    /// <summary>How many workers the engine has that answers; none where nobody does.</summary>
    private static async Task<int> WorkersAsync(string path)
    {
        try
        {
            var status = await AskAsync(path, """{"v": 1, "do": "status"}""");
            return status.GetProperty("result").GetProperty("pools")[0].GetProperty("workers").GetInt32();
        }
        catch (Exception nobody) when (nobody is SocketException or IOException or ArgumentNullException)
        {
            return 0;
        }
    }

    /// <param name="path">The setting.</param>
    /// <param name="store">Listens where an engine with that store does; null to listen as the setting says.</param>
    /// <param name="workers">How many workers it has.</param>
    private static async Task<ActorSystem> StartAsync(string path, string? store = null, int workers = 1)
    {
        var system = ActorSystem.Create("controlled", $"akka.loglevel = off\nakka.stdout-loglevel = off\nactors.control.socket = \"{path}\"\nactors.default-pool.workers = {workers}");
        try
        {
            var engine = await TaskEngine.StartAsync(system, static _ => { });
            await (store is null ? Task.CompletedTask : ControlSocketHosting.StartAsync(engine, system, "auto", store));
            return system;
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static async Task<JsonElement> AskAsync(string path, string request)
    {
        using var connection = await ConnectAsync(path);
        using var stream = new NetworkStream(connection);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request + "\n"));
        using var reader = new StreamReader(stream);
        return JsonDocument.Parse((await reader.ReadLineAsync())!).RootElement;
    }
}
