using BenchmarkDotNet.Attributes;

namespace Actors.Benchmarks.Micro;

/// <summary>The ledger alone: what a task costs there from its registration to its outcome, with the assignment that brings it to a worker.</summary>
[MemoryDiagnoser]
public class LedgerBenchmarks
{
    private const int FanOut = 10;
    private const int Depth = 3;
    private const int Nodes = 1_111;
    private const int Hops = 1_000;
    private readonly StandInWorker _worker = new();

    /// <summary>A root of its own.</summary>
    [Benchmark]
    public void Submit_and_complete() => _worker.RunOne();

    /// <summary>Each task spawns the next one; per task.</summary>
    [Benchmark(OperationsPerInvoke = Hops)]
    public void Spawn_and_complete() => _worker.RunChain(Hops);

    /// <summary>A tree of 1,111 tasks that nobody joins; per task.</summary>
    [Benchmark(OperationsPerInvoke = Nodes)]
    public void Tree() => _worker.RunTree(FanOut, Depth);

    /// <summary>A tree of 1,111 tasks with 111 joins; per task, joins not counted.</summary>
    [Benchmark(OperationsPerInvoke = Nodes)]
    public void Tree_with_joins() => _worker.RunJoinedTree(FanOut, Depth);
}
