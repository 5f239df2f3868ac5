using System.Diagnostics;
using System.Globalization;
using Actors.Simulation.Histories;

namespace Actors.Benchmarks;

/// <summary>Plays random histories of the ledger on all cores, in memory and with a store in turn, one in two of them under limits and orders and half of those under rates, one in two with unique tasks, until it is stopped, or until one breaks a rule.</summary>
internal static class RandomHistories
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <returns>The exit code: 1 where a rule was broken.</returns>
    public static int Run(string[] options)
    {
        var first = Options.Number(options, "--seed") ?? Random.Shared.Next();
        var kind = Options.Text(options, "--kind") ?? "both"; // memory, durable or both
        var end = Options.Number(options, "--seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };

        Print($"Histories ({kind}) from seed {first} on {Environment.ProcessorCount} core(s){(end == TimeSpan.MaxValue ? ", until Ctrl-C" : "")}");
        var next = -1L;
        var played = 0L;
        var gate = new Lock();
        (int Seed, Staging Staging)? found = null;
        var players = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Play)).ToArray();
        var watch = Stopwatch.StartNew();
        Array.ForEach(players, static player => player.Start());
        var (before, since) = (0L, TimeSpan.Zero);
        while (!stop.IsCancellationRequested && watch.Elapsed < end)
        {
            stop.Token.WaitHandle.WaitOne(Second);
            var (now, at) = (Interlocked.Read(ref played), watch.Elapsed);
            Print($"{at.TotalSeconds,8:0} s {now,12} histories {(now - before) / (at - since).TotalSeconds,10:0} histories/s");
            (before, since) = (now, at);
        }

        stop.Cancel();
        Array.ForEach(players, static player => player.Join());
        if (found is not { } broken)
        {
            Print($"{played} histories in {watch.Elapsed.TotalSeconds:0.0} s, {played / watch.Elapsed.TotalSeconds:0} histories/s: every rule was kept");
            return 0;
        }

        Console.WriteLine($"The history of seed {broken.Seed} breaks a rule. It is being shortened.");
        Console.WriteLine(Search.Tell(broken.Seed, broken.Staging));
        return 1;

        void Play()
        {
            while (!stop.IsCancellationRequested)
            {
                var number = Interlocked.Increment(ref next);
                var isDurable = kind == "durable" || (kind == "both" && number % 2 == 1);
                var gates = number / 2 % 2 == 1 ? new GateTerms(1 + (int)(number / 4 % 2), 1) { Rated = number / 16 % 2 == 1 ? new RateTerms(1 + (int)(number / 32 % 3), 1, TimeSpan.FromSeconds(3)) : null } : null;
                var (seed, staging) = ((int)((first + number) & int.MaxValue), new Staging { IsDurable = isDurable, Gates = gates, Uniques = number / 8 % 2 == 1 ? new UniqueTerms() : null });
                if (Search.Play(seed, staging) is not null)
                {
                    lock (gate)
                    {
                        found ??= (seed, staging);
                    }

                    stop.Cancel();
                }

                Interlocked.Increment(ref played);
            }
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
