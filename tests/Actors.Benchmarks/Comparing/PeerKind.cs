using System.Globalization;
using Actors.Benchmarks.Peers;

namespace Actors.Benchmarks.Comparing;

/// <summary>Whom the engine is compared with, and how its process is started.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Tenths">By how many powers of ten its instances are smaller: what is compared is the time per task.</param>
/// <param name="Program">The program that must be installed; null for one in this very program.</param>
/// <param name="Arguments">Its arguments, but for the number of workers, which is the last.</param>
internal sealed record PeerKind(string Name, int Tenths, string? Program, params string[] Arguments)
{
    public static PeerKind Engine { get; } = new("engine", 0, null);

    public static IReadOnlyList<PeerKind> All { get; } =
    [
        Engine,
        new("Task.Run", 0, null),
        new("Channels", 0, null),
        new("Akka pool", 0, null),
        new("Proto.Actor", 0, null),
        new("Orleans", 1, null),
        new("Hangfire memory", 2, null),
        new("Java ForkJoin", 0, "java", SourceOf("ForkJoinPeer.java"), "counted"),
        new("Java Completable", 0, "java", SourceOf("ForkJoinPeer.java"), "completable"),
        new("Python", 2, "python3", SourceOf("thread_pool_peer.py")),
    ];

    /// <summary>Whether it can be run on this machine.</summary>
    public bool IsInstalled => Program is null || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, Program)));

    public (string Program, string[] Arguments) CommandLine(int workers)
    {
        var last = workers.ToString(CultureInfo.InvariantCulture);
        return Program is null
            ? (Environment.ProcessPath!, [.. EntryAssembly(), "serve", Name, last])
            : (Program, [.. Arguments, last]);
    }

    public static async Task<IPeer> StartAsync(string name, int workers) => name switch
    {
        "engine" => await EnginePeer.StartAsync(workers),
        "Task.Run" => new TaskRunPeer(workers),
        "Channels" => new ChannelPeer(workers),
        "Akka pool" => new AkkaPeer(workers),
        "Proto.Actor" => new ProtoPeer(workers),
        "Orleans" => await OrleansPeer.StartAsync(workers),
        "Hangfire memory" => HangfirePeer.InMemory(workers),
        _ => throw new ArgumentException($"There is no peer {name}."),
    };

    /// <summary>Where this runs as <c>dotnet Actors.Benchmarks.dll</c>, the assembly is the first argument.</summary>
    private static string[] EntryAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];

    private static string SourceOf(string file) => Path.Combine(AppContext.BaseDirectory, "Peers", file);
}
