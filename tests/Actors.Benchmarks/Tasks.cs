using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks;

internal sealed record SumRange(long From, long Count, int FanOut) : ITask<long>;

internal sealed record Fib(int N) : ITask<long>;

internal sealed record One : ITask<long>
{
    public static One Instance { get; } = new();
}

internal sealed record Hop(int Left) : ITask<long>;

/// <summary>A task that joins as many others.</summary>
internal sealed record Many(int Count, ManyOf Of, int Number) : ITask<long>;

internal enum ManyOf
{
    Spin,
    Mixed,
    Pause,
    AtGate,
}

internal sealed record Spin(int Microseconds) : ITask<long>;

internal sealed record Mixed(int Index) : ITask<long>;

internal sealed record Pause(int Milliseconds) : ITask<long>;

internal sealed record AtGate : ITask<long>
{
    public static AtGate Instance { get; } = new();
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

        var children = new SumRange[Work.Parts(task.Count, task.FanOut)];
        var part = task.Count / children.Length;
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

internal sealed class HopHandler : ITaskHandler<Hop, long>
{
    public Ending<long> Handle(Hop task, TaskContext context)
    {
        if (task.Left > 1)
        {
            context.Spawn(new Hop(task.Left - 1));
        }

        return 1L;
    }
}

internal sealed class ManyHandler : ITaskHandler<Many, long>
{
    public Ending<long> Handle(Many task, TaskContext context) =>
        context.Join(Enumerable.Range(0, task.Count).Select(index => Make(task, index)), Add.Instance);

    private static ITask<long> Make(Many task, int index) => task.Of switch
    {
        ManyOf.Spin => new Spin(task.Number),
        ManyOf.Mixed => new Mixed(index),
        ManyOf.Pause => new Pause(task.Number),
        _ => AtGate.Instance,
    };
}

internal sealed class SpinHandler : ITaskHandler<Spin, long>
{
    public Ending<long> Handle(Spin task, TaskContext context) => Work.Spin(task.Microseconds);
}

internal sealed class MixedHandler : ITaskHandler<Mixed, long>
{
    public Ending<long> Handle(Mixed task, TaskContext context) => Work.Mixed(task.Index);
}

internal sealed class PauseHandler : IAsyncTaskHandler<Pause, long>
{
    public async ValueTask<Ending<long>> HandleAsync(Pause task, TaskContext context) => await Work.PauseAsync(task.Milliseconds);
}

internal sealed class AtGateHandler : ITaskHandler<AtGate, long>
{
    public Ending<long> Handle(AtGate task, TaskContext context) => Work.Wait();
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
