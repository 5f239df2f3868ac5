using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Actors.Benchmarks.Comparing;

/// <summary>The real job: <c>actors scan</c> of a big folder beside <c>du</c> and <c>find</c>, whole processes in turn, on a warm cache.</summary>
internal sealed class ScanComparison
{
    private static readonly string[] Kinds = ["d", "f", "l"];
    private readonly string _folder;
    private readonly List<Run> _runs;

    private ScanComparison(string folder, int workers)
    {
        _folder = folder;
        var console = Path.Combine(AppContext.BaseDirectory, "Actors.Console.dll");
        var count = workers.ToString(CultureInfo.InvariantCulture);
        _runs =
        [
            new("actors scan", "dotnet", [console, "scan", folder, "--json", "--workers", count], static (output, run) => CountScan(output, run)),
            new("du", "du", ["-s", "--apparent-size", "-B1", folder], static (output, run) => [long.Parse(output.Split('\t')[0], CultureInfo.InvariantCulture)]),
            new("find", "find", [folder, "-printf", "%y"], static (output, run) => [.. Kinds.Select(kind => output.LongCount(letter => letter == kind[0]))]),
            new("find, with sizes", "find", [folder, "-printf", "%y %s\n"], static (output, run) => CountLines(output)),
        ];
    }

    /// <returns>The exit code: 1 where the counts differ.</returns>
    public static async Task<int> RunAsync(string[] options)
    {
        var folder = Options.Text(options, "--folder") ?? "/usr";
        var rounds = Options.Number(options, "--rounds") ?? 7;
        var workers = Options.Number(options, "--workers") ?? Environment.ProcessorCount;
        var comparison = new ScanComparison(folder, workers);
        Console.WriteLine($"{folder} on a warm cache; {Environment.ProcessorCount} processor(s), {workers} worker(s), {rounds} round(s) after one to warm up, whole processes in turn");
        return await comparison.RunAsync(rounds);
    }

    private async Task<int> RunAsync(int rounds)
    {
        using var empty = new EmptyFolder();
        var start = new Run("actors scan, nothing", "dotnet", [.. _runs[0].Arguments.Select(argument => argument == _folder ? empty.Path : argument)], static (output, run) => CountScan(output, run));
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var run in _runs.Append(start))
            {
                await run.MeasureAsync(isWarmUp: round == 0);
            }
        }

        var engine = _runs[0];
        foreach (var run in _runs.Append(start))
        {
            var times = Spread.Of(run.Milliseconds.Zip(engine.Milliseconds, static (other, engine) => other / engine)).ToString("0.00");
            var inside = run.Inside.Count > 0 ? $"   the job itself {Spread.Of(run.Inside).ToString("0")} ms" : "";
            Console.WriteLine($"  {run.Name,-22} {Spread.Of(run.Milliseconds).ToString("0"),20} ms   times {times,20}   {string.Join(' ', run.Counts)}{inside}");
        }

        return Check();
    }

    /// <summary>Folders, files and links as find counts them, bytes of the files as find adds them up.</summary>
    private int Check()
    {
        var isRight = _runs[0].Counts.AsSpan(0, 3).SequenceEqual(_runs[2].Counts) && _runs[0].Counts.AsSpan(0, 4).SequenceEqual(_runs[3].Counts);
        if (!isRight)
        {
            Console.Error.WriteLine("The counts differ.");
        }

        return isRight ? 0 : 1;
    }

    private static long[] CountScan(string output, Run run)
    {
        var json = JsonDocument.Parse(output).RootElement;
        run.Inside.Add(json.GetProperty("elapsedMs").GetDouble());
        return [.. new[] { "folders", "files", "symlinks", "bytes" }.Select(name => json.GetProperty(name).GetInt64())];
    }

    private static long[] CountLines(string output)
    {
        var counts = new long[Kinds.Length + 1];
        foreach (var line in output.AsSpan().EnumerateLines())
        {
            if (line.Length > 0 && Array.IndexOf(Kinds, line[..1].ToString()) is var kind and >= 0)
            {
                counts[kind]++;
                counts[^1] += line[0] == 'f' ? long.Parse(line[2..], CultureInfo.InvariantCulture) : 0;
            }
        }

        return counts;
    }

    private sealed record Run(string Name, string Program, string[] Arguments, Func<string, Run, long[]> Count)
    {
        public List<double> Milliseconds { get; } = [];

        /// <summary>What the program itself says that the job took, without its start.</summary>
        public List<double> Inside { get; } = [];

        public long[] Counts { get; private set; } = [];

        public async Task MeasureAsync(bool isWarmUp)
        {
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo(Program, Arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (output.Length == 0)
            {
                throw new InvalidOperationException($"{Name} ended with {process.ExitCode}: {await errors}");
            }

            Counts = Count(output, this);
            if (isWarmUp)
            {
                Inside.Clear();
            }
            else
            {
                Milliseconds.Add(elapsed);
            }
        }
    }

    private sealed class EmptyFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("actors-scan-").FullName;

        public void Dispose() => Directory.Delete(Path);
    }
}
