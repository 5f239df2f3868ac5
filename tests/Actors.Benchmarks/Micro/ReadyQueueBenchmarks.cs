using Actors.Ledger;
using BenchmarkDotNet.Attributes;

namespace Actors.Benchmarks.Micro;

/// <summary>The ready queue alone: in and out again; per task.</summary>
[MemoryDiagnoser]
public class ReadyQueueBenchmarks
{
    private const int Count = 1_000;
    private readonly TaskType<int> _type = new(0, "work", 0);
    private ReadyQueue _queue = new(0);
    private TaskRecord[] _tasks = [];

    /// <summary>Over how many trees the tasks are spread.</summary>
    [Params(1, 100)]
    public int Trees { get; set; }

    /// <summary>Makes the tasks.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _queue = new ReadyQueue(0);
        var roots = Enumerable.Range(0, Trees).Select(number => new TaskRecord(TaskId.FromKey($"{number}"), _type, One.Instance, null, null)).ToArray();
        var trees = roots.Select(static root => new TreeRecord(root, null)).ToArray();
        _tasks = [.. Enumerable.Range(0, Count).Select(number => NewTask(trees[number % Trees], number))];
    }

    /// <summary>All in, and all out in turns of 16.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int Push_and_pop()
    {
        foreach (var task in _tasks)
        {
            _queue.Push(task);
        }

        var popped = 0;
        while (_queue.Turn() is { } stack)
        {
            for (var taken = 0; taken < 16 && _queue.Peek(stack) is not null; taken++)
            {
                ReadyQueue.Pop(stack);
                popped++;
            }

            _queue.EndTurn();
        }

        return popped;
    }

    private TaskRecord NewTask(TreeRecord tree, int number) => new(tree.Id.Child(number), _type, One.Instance, null, null) { Tree = tree, State = TaskState.Ready };
}
