using System.Globalization;
using Actors.Benchmarks;
using Actors.Benchmarks.Comparing;
using Actors.Benchmarks.Micro;
using BenchmarkDotNet.Running;

return args switch
{
    ["compare", .. var options] => await Comparison.RunAsync(options),
    ["serve", var peer, var workers] => await PeerServer.RunAsync(peer, int.Parse(workers, CultureInfo.InvariantCulture)),
    ["scan", .. var options] => await ScanComparison.RunAsync(options),
    ["durable", .. var options] => await DurableComparison.RunAsync(options),
    ["recover", .. var options] => await RecoveryBenchmark.RunAsync(options),
    ["backlog", .. var options] => await BacklogBenchmark.RunAsync(options),
    ["micro", .. var options] => Micro(options),
    ["simulate", .. var options] => RandomHistories.Run(options),
    _ => Usage(),
};

static int Micro(string[] options)
{
    // In this process: BenchmarkDotNet's own project would be built under the pins of this repository, which the peers' packages do not keep.
    BenchmarkSwitcher.FromAssembly(typeof(LedgerBenchmarks).Assembly).Run([.. options, "--inProcess"]);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        compare [--rounds N] [--workers N] [--only WORKLOAD] [--peers NAME,...] [--quick]   every workload on the engine and its peers, in turn; medians and ratios
        scan [--folder DIR] [--rounds N] [--workers N]   the console's scan beside du and find, as processes in turn
        durable [--tasks N] [--rounds N] [--workers N] [--store LOCATION]   the engine in memory, on SQLite and PostgreSQL (or on LOCATION), and Hangfire on PostgreSQL, in turn; a commit beside a flush of the disk
        recover [--tasks N] [--rounds N]   a store with that many pending tasks is opened by a new process: first task, all loaded, memory
        backlog [--tasks N] [--store sqlite|postgres]   more tasks than memory should hold are submitted, found by a new process, and run: times and memory
        micro [BenchmarkDotNet options]   ids, the ready queue, the ledger, the engine, with memory
        simulate [--seed N] [--seconds S] [--kind memory|durable|both]  random histories of the ledger on all cores until Ctrl-C, or until one breaks a rule
        """);
    return 2;
}
