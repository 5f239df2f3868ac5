using Xunit.Abstractions;

namespace Actors.Tests.Engine;

public sealed record Fib(int N) : ITask<long>;

public sealed record Add : IJoin<long, long>;

public sealed class FibHandler : ITaskHandler<Fib, long>
{
    public Ending<long> Handle(Fib task, TaskContext context) =>
        task.N < 2 ? task.N : context.Join([new Fib(task.N - 1), new Fib(task.N - 2)], new Add());
}

public sealed class AddHandler : IJoinHandler<Add, long, long>
{
    public Ending<long> Handle(Add join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context)
    {
        var sum = 0L;
        foreach (var outcome in outcomes)
        {
            sum += outcome.Value;
        }

        return sum;
    }
}

public sealed class FirstSpec(ITestOutputHelper output) : EngineSpec(output)
{
    [Fact]
    public async Task Fibonacci_by_joins()
    {
        var client = await StartAsync(tasks => tasks.AddHandler<FibHandler>().AddHandler<AddHandler>());
        var handle = await client.SubmitAsync(new Fib(15));
        Assert.Equal(610, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal(TaskState.Succeeded, tree.State);
        Assert.Equal(1973 + 986, tree.Tasks);
    }
}
