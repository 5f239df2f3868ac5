namespace Actors.Benchmarks;

internal sealed record SumRange(long From, long Count, int FanOut) : ITask<long>;

internal sealed record Fib(int N) : ITask<long>;

internal sealed record One : ITask<long>
{
    public static One Instance { get; } = new();
}

internal sealed record Add : IJoin<long, long>
{
    public static Add Instance { get; } = new();
}

internal sealed class SumRangeHandler : ITaskHandler<SumRange, long>
{
    public Ending<long> Handle(SumRange task, TaskContext context)
    {
        if (task.Count == 1)
        {
            return task.From;
        }

        var part = task.Count / task.FanOut;
        var children = new SumRange[task.FanOut];
        for (var index = 0; index < children.Length; index++)
        {
            children[index] = new SumRange(task.From + (index * part), part, task.FanOut);
        }

        return context.Join(children, Add.Instance);
    }
}

internal sealed class FibHandler : ITaskHandler<Fib, long>
{
    public Ending<long> Handle(Fib task, TaskContext context) =>
        task.N < 2 ? task.N : context.Join([new Fib(task.N - 1), new Fib(task.N - 2)], Add.Instance);
}

internal sealed class OneHandler : ITaskHandler<One, long>
{
    public Ending<long> Handle(One task, TaskContext context) => 1L;
}

internal sealed class AddHandler : IJoinHandler<Add, long, long>
{
    public Ending<long> Handle(Add join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context)
    {
        var sum = 0L;
        for (var index = 0; index < outcomes.Count; index++)
        {
            sum += outcomes[index].Value;
        }

        return sum;
    }
}
