using Actors.Ledger;
using BenchmarkDotNet.Attributes;

namespace Actors.Benchmarks.Micro;

/// <summary>The ledger alone: what a task costs there from its registration to its outcome, with the assignment that brings it to a worker.</summary>
[MemoryDiagnoser]
public class LedgerBenchmarks
{
    private const int FanOut = 10;
    private const int Leaves = 1_000;
    private const int Nodes = 1_111;
    private const int Hops = 1_000;
    private readonly StandInWorker _worker = new();

    /// <summary>A root of its own for each.</summary>
    [Benchmark]
    public long Submit_and_complete()
    {
        _worker.Run(_worker.NewRoot(), static _ => null);
        return _worker.Ended;
    }

    /// <summary>Each task spawns the next one; per task.</summary>
    [Benchmark(OperationsPerInvoke = Hops)]
    public long Spawn_and_complete()
    {
        var left = Hops - 1;
        _worker.Run(_worker.NewRoot(), task => left-- > 0 ? new AttemptDetail { Spawned = [Child(task, 0)] } : null);
        return _worker.Ended;
    }

    /// <summary>A tree of 1,111 tasks that nobody joins; per task.</summary>
    [Benchmark(OperationsPerInvoke = Nodes)]
    public long Tree()
    {
        _worker.Run(_worker.NewRoot(), task => IsLeaf(task) ? null : new AttemptDetail { Spawned = Children(task) });
        return _worker.Ended;
    }

    /// <summary>A tree of 1,111 tasks with 111 joins; per task, joins not counted.</summary>
    [Benchmark(OperationsPerInvoke = Nodes)]
    public long Tree_with_joins()
    {
        _worker.Run(_worker.NewRoot(), task => IsLeaf(task) ? null : Joined(task));
        return _worker.Ended;
    }

    private static bool IsLeaf(TaskRecord task) => task.ParentPath is { Depth: >= 2 };

    private AttemptDetail Joined(TaskRecord task)
    {
        var children = Children(task);
        var join = new JoinRecord(task.Id.Join(), _worker.Join, Add.Instance, task.Path, JoinPolicy.All, children.Count, isFold: false);
        for (var index = 0; index < children.Count; index++)
        {
            children[index].Join = join;
            children[index].JoinIndex = index;
        }

        return new AttemptDetail { Spawned = children, Join = join };
    }

    private List<TaskRecord> Children(TaskRecord parent)
    {
        var children = new List<TaskRecord>(FanOut);
        for (var ordinal = 0; ordinal < FanOut; ordinal++)
        {
            children.Add(Child(parent, ordinal));
        }

        return children;
    }

    private TaskRecord Child(TaskRecord parent, int ordinal) => new(parent.Id.Child(ordinal), _worker.Work, One.Instance, parent.Path, null);
}
