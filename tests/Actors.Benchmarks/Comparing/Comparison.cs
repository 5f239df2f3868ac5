using System.Globalization;
using System.Runtime.InteropServices;
using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks.Comparing;

/// <summary>Runs every workload on every peer in turn, several rounds, checks each result and prints medians and ratios.</summary>
internal sealed class Comparison : IAsyncDisposable
{
    /// <summary>A peer is warm when the compilers have had this time, or this number of runs, whichever comes first: the same for all of them.</summary>
    private const double WarmUpMilliseconds = 2_000;

    private const int WarmUpRunsMax = 20;
    private readonly Dictionary<(PeerKind Kind, int Workers), PeerProcess> _processes = [];
    private readonly PeerKind[] _kinds;
    private readonly int _rounds;
    private readonly int _workers;
    private readonly int _tenths;
    private readonly bool _isQuick;
    private bool _isBroken;

    private Comparison(PeerKind[] kinds, int rounds, int workers, bool isQuick)
    {
        _kinds = kinds;
        _rounds = rounds;
        _workers = workers;
        _tenths = isQuick ? 2 : 0;
        _isQuick = isQuick;
    }

    /// <returns>The exit code: 1 where a result was wrong or a peer failed, 2 where there is nothing of that name.</returns>
    public static async Task<int> RunAsync(string[] options)
    {
        var only = Options.Text(options, "--only");
        var peers = Options.Text(options, "--peers")?.Split(',');
        var kinds = PeerKind.All.Where(kind => kind == PeerKind.Engine || peers is null || peers.Any(peer => kind.Name.Contains(peer, StringComparison.OrdinalIgnoreCase))).ToArray();
        var workloads = Workload.All.Where(workload => only is null || workload.Name.Contains(only, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (workloads.Length == 0)
        {
            return Refuse($"--only {only}: there is no such workload. There are {string.Join(", ", Workload.All.Select(static workload => workload.Name))}.");
        }

        if (peers?.FirstOrDefault(static peer => !PeerKind.All.Any(kind => kind.Name.Contains(peer, StringComparison.OrdinalIgnoreCase))) is { } unknown)
        {
            return Refuse($"--peers {unknown}: there is no such peer. There are {string.Join(", ", PeerKind.All.Select(static kind => kind.Name))}.");
        }

        var isQuick = options.Contains("--quick");
        var rounds = Options.Number(options, "--rounds") ?? 7;
        var workers = Options.Number(options, "--workers") ?? Environment.ProcessorCount;
        await using var comparison = new Comparison([.. kinds.Where(static kind => kind.IsInstalled)], rounds, workers, isQuick);
        comparison.PrintHeader(kinds.Where(static kind => !kind.IsInstalled));
        foreach (var workload in workloads)
        {
            await comparison.RunAsync(workload);
        }

        return comparison._isBroken ? 1 : 0;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return 2;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            await process.DisposeAsync();
        }
    }

    private void PrintHeader(IEnumerable<PeerKind> missing)
    {
        var load = File.Exists("/proc/loadavg") ? $"; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the start" : "";
        Console.WriteLine($"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processor(s), {RuntimeInformation.FrameworkDescription}{load}");
        Console.WriteLine($"{_workers} worker(s) where a workload does not say otherwise; {_rounds} round(s) after {(_isQuick ? "no time" : "2 s")} to warm up. Each peer is a process; they run in turn, one at a time.");
        Console.WriteLine("ns: time per task, median (least-most). times: how many times as long per task as the engine took in the same round, median (least-most); above 1 the engine is faster.");
        Console.WriteLine("of ideal: the time over what the tasks' own work takes on that many workers. B: bytes allocated per task. GC: the collector's pauses in one run, sum and longest, ms.");
        Console.WriteLine("Peers that are slow get a smaller instance, as the number of tasks shows: their time per task is compared.");
        foreach (var kind in missing)
        {
            Console.WriteLine($"{kind.Name} is left out: there is no {kind.Program} here.");
        }
    }

    private async Task RunAsync(Workload workload)
    {
        var workers = workload.Workers ?? _workers;
        var runs = _kinds.Select(kind => new Run(kind, workload.At((workload.IsTimed && kind.Tenths < 2 ? 0 : kind.Tenths) + _tenths))).ToList();
        foreach (var run in runs)
        {
            await WarmUpAsync(workload, run, workers);
        }

        for (var round = 0; round < Math.Min(_rounds, workload.RoundsMax); round++)
        {
            foreach (var run in runs.Where(static run => !run.IsOut))
            {
                if (await MeasureAsync(workload, run, workers) is { } measurement)
                {
                    run.Measurements.Add(measurement);
                }
            }
        }

        Print(workload, workers, [.. runs.Where(static run => !run.IsOut)]);
    }

    private async Task WarmUpAsync(Workload workload, Run run, int workers)
    {
        var elapsed = 0.0;
        var runsMax = _isQuick || workload.RoundsMax == 1 ? 0 : workload.IsTimed ? 1 : WarmUpRunsMax;
        for (var runs = 0; runs < runsMax && elapsed < WarmUpMilliseconds && !run.IsOut; runs++)
        {
            elapsed += (await MeasureAsync(workload, run, workers))?.Milliseconds ?? 0;
        }
    }

    /// <returns>Null where the peer cannot do it, or did it wrong: it is out of this workload then.</returns>
    private async Task<Measurement?> MeasureAsync(Workload workload, Run run, int workers)
    {
        var measurement = await ProcessOf(run.Kind, workers).RunAsync(run.Instance.Command);
        if (measurement.IsUnsupported)
        {
            run.IsOut = true;
            return null;
        }

        if (Complaint(measurement, run) is not { } complaint)
        {
            return measurement;
        }

        run.IsOut = true;
        _isBroken = true;
        Console.Error.WriteLine($"{run.Kind.Name}, {workload.Name}: {complaint}");
        await RestartAsync(run.Kind, workers);
        return null;
    }

    private static string? Complaint(Measurement measurement, Run run) => measurement.Failure ?? (measurement.Result == run.Instance.Expected
        ? null
        : $"it gave {measurement.Result} and should give {run.Instance.Expected}.");

    private PeerProcess ProcessOf(PeerKind kind, int workers)
    {
        if (!_processes.TryGetValue((kind, workers), out var process))
        {
            _processes.Add((kind, workers), process = PeerProcess.Start(kind, workers));
        }

        return process;
    }

    private async Task RestartAsync(PeerKind kind, int workers)
    {
        if (_processes.Remove((kind, workers), out var process))
        {
            await process.DisposeAsync();
        }
    }

    private static void Print(Workload workload, int workers, Run[] runs)
    {
        Console.WriteLine();
        Console.WriteLine($"{workload.Name} - {workload.Counted}; {workers} worker(s)");
        if (runs.Length == 0)
        {
            return;
        }

        var first = runs[0].Measurements[0];
        var engine = runs.FirstOrDefault(static run => run.Kind == PeerKind.Engine);
        Console.WriteLine(first switch
        {
            { Live: not null } => $"  {"",-18} {"tasks",9} {"live B",9}",
            { MedianMicroseconds: not null } => $"  {"",-18} {"tasks",9} {"median us",24} {"99 % us",24} {"times",22}",
            _ => $"  {"",-18} {"tasks",9} {"ns",28} {"times",22} {"of ideal",9} {"B",7} {"GC",15}",
        });
        foreach (var run in runs)
        {
            var head = string.Create(CultureInfo.InvariantCulture, $"  {run.Kind.Name,-18} {run.Instance.Tasks,9}");
            var times = engine is null || run == engine ? "" : Spread.Of(run.Nanoseconds().Zip(engine.Nanoseconds(), static (peer, engine) => peer / engine)).ToString("0.00");
            Console.WriteLine(first switch
            {
                { Live: not null } => $"{head} {Text(run.Measurements[0].Live / run.Instance.Tasks),9}",
                { MedianMicroseconds: not null } => $"{head} {run.Spread(static one => one.MedianMicroseconds ?? 0).ToString("0.0"),24} {run.Spread(static one => one.NinetyNinthMicroseconds ?? 0).ToString("0.0"),24} {times,22}",
                _ => $"{head} {Spread.Of(run.Nanoseconds()).ToString("0"),28} {times,22} {run.OfIdeal(workers),9} {Text(run.Measurements[^1].Allocated / run.Instance.Tasks),7} {run.Pauses(),15}",
            });
        }
    }

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    /// <summary>One peer on one workload.</summary>
    private sealed record Run(PeerKind Kind, Instance Instance)
    {
        public List<Measurement> Measurements { get; } = [];

        /// <summary>Whether it cannot do it.</summary>
        public bool IsOut { get; set; }

        public Spread Spread(Func<Measurement, double> value) => Comparing.Spread.Of(Measurements.Select(value));

        /// <summary>Per task; of single submissions the median.</summary>
        public IEnumerable<double> Nanoseconds() => Measurements.Select(one => one.MedianMicroseconds * 1_000 ?? one.Milliseconds * 1_000_000 / Instance.Tasks);

        public string OfIdeal(int workers) => Measurements[0].BusyMilliseconds == 0
            ? ""
            : Spread(one => one.Milliseconds / (one.BusyMilliseconds / workers)).Median.ToString("0.000", CultureInfo.InvariantCulture);

        public string Pauses() => Measurements[0].PauseMilliseconds is null
            ? "-"
            : string.Create(CultureInfo.InvariantCulture, $"{Spread(static one => one.PauseMilliseconds ?? 0).Median:0.0}, {Spread(static one => one.LongestPauseMilliseconds ?? 0).Max:0.0}");
    }
}
