using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Actors.Storage.Tests;

/// <summary>A PostgreSQL server of this run's own: made in a temporary folder, on a loopback port, as an ordinary user, and removed at the end.</summary>
/// <remarks>The benchmarks are compiled with this file too: nothing of a test framework is in it.</remarks>
public sealed partial class PostgreSqlServer
{
    private const string Prefix = "actors-postgres-";
    private static readonly string[] Users = ["postgres", "nobody"];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly int _port = FreePort();
    private string _bin = "";
    private int _databases;

    private string Data => Path.Combine(_folder, "data");

    /// <summary>A connection to a new, empty database.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres"));
        await connection.OpenAsync();
        await using var create = connection.CreateCommand();
#pragma warning disable CA2100 // a name of our own
        create.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    /// <summary>Makes it and starts it.</summary>
    public async Task InitializeAsync()
    {
        RemoveLeftovers();
        _bin = FindBin() ?? throw new InvalidOperationException("There is no PostgreSQL server on this machine. Run tests/install-postgresql, or tests/run in place of dotnet test.");
        Directory.CreateDirectory(_folder);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", User(), _folder);
        }

        await AsUserAsync(Path.Combine(_bin, "initdb"), "-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync");
        await StartAsync();
    }

    /// <summary>Starts it, and returns when it takes connections.</summary>
    public Task StartAsync() => AsUserAsync(
        Path.Combine(_bin, "pg_ctl"), "-D", Data, "-w", "-t", "60", "-l", Path.Combine(_folder, "log"), "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=50"), "start");

    /// <summary>Stops it: fast ends its sessions, immediate is a crash.</summary>
    public Task StopAsync(string mode) => AsUserAsync(Path.Combine(_bin, "pg_ctl"), "-D", Data, "-w", "-m", mode, "stop");

    /// <summary>Freezes all its processes: connections stay, and nobody answers.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>They go on.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>Stops it and removes it.</summary>
    public async Task DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync("immediate");
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private Task SignalAsync(string signal)
    {
        var server = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        var children = $"$(cat /proc/{server}/task/*/children)";
        return RunAsync("sh", "-c", signal == "-STOP" ? $"kill {signal} {server} && kill {signal} {children}" : $"kill {signal} {children} && kill {signal} {server}"); // stopped, it lets no child go
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? FindBin()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(static version => Path.Combine(version, "bin"))
            : [];
        return installed.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)).FirstOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")));
    }

    /// <summary>Servers of test runs that were killed.</summary>
    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = int.Parse(Path.GetFileName(folder)[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture);
            if (IsRunning(owner))
            {
                continue;
            }

            var pid = Path.Combine(folder, "data", "postmaster.pid");
            if (File.Exists(pid) && int.TryParse(File.ReadLines(pid).First(), CultureInfo.InvariantCulture, out var server) && IsRunning(server))
            {
                Process.GetProcessById(server).Kill(entireProcessTree: true);
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsRunning(int process) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}"));

    private static string User() => Users.First(static user => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal)));

    private string ConnectionTo(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Pooling=false");

    /// <summary>PostgreSQL does not run as root.</summary>
    private static Task AsUserAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", [$"--reuid={User()}", "--regid=nogroup", "--clear-groups", program, .. arguments])
        : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // What a server that is started here would inherit and hold open must not be waited for: no pipe.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("\"$@\" >/dev/null 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
