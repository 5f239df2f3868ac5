namespace Actors.Examples.Folds;

public sealed record Square(int Number) : ITask<long>;

public sealed record SumOfSquares(int UpTo) : ITask<long>;

public sealed record Sum : IFold<long, long, long>;

public sealed class Handlers : ITaskHandler<Square, long>, ITaskHandler<SumOfSquares, long>, IFoldHandler<Sum, long, long, long>
{
    public Ending<long> Handle(Square task, TaskContext context) => (long)task.Number * task.Number;

    public Ending<long> Handle(SumOfSquares task, TaskContext context) =>
        context.Fold(Enumerable.Range(1, task.UpTo).Select(number => new Square(number)), new Sum());

    public long Start(Sum fold) => 0;

    public long Add(Sum fold, long state, Outcome<long> child) => state + child.Value;

    public Ending<long> End(Sum fold, long state, TaskContext context) => state;
}

/// <summary>A fold takes the results of its children as they arrive, so that a hundred thousand of them never stand in one list.</summary>
public sealed class FoldExample : Example
{
    protected override string Prints => "333338333350000";

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>());
        var handle = await engine.Client.SubmitAsync(new SumOfSquares(100_000));
        Console.WriteLine((await handle).Value);
    }
}
