namespace Actors.Examples.Deadlines;

public sealed record Order(int Number) : ITask;

public sealed record Pay(int Number) : ITask;

public sealed record Tell(int Number) : ITask;

public sealed class Handlers(VirtualTime time) : ITaskHandler<Order>, ITaskHandler<Pay>, ITaskHandler<Tell>
{
    public Ending<Unit> Handle(Order task, TaskContext context)
    {
        context.Spawn(new Pay(task.Number), new SpawnOptions { Delay = TimeSpan.FromDays(3) });
        return context.Done();
    }

    public Ending<Unit> Handle(Pay task, TaskContext context) => context.Done();

    public Ending<Unit> Handle(Tell task, TaskContext context)
    {
        Console.WriteLine($"{time.Elapsed}: order {task.Number} is over");
        return context.Done();
    }
}

/// <summary>A tree has until its deadline. What is live then has failed with it; the completion task runs all the same.</summary>
public sealed class DeadlineExample : Example
{
    protected override string Prints => """
        1.00:00:00: order 7 is over
        Failed: 3 tasks, 1 of them failed with Deadline
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        var time = new VirtualTime(system);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(time));
        var handle = await engine.Client.SubmitAsync(new Order(7), new SubmitOptions { Deadline = TimeSpan.FromDays(1), WhenDone = new Tell(7) });
        await time.RunAsync(engine.Client, until: handle.TreeAsync());
        var tree = await handle.TreeAsync();
        Console.WriteLine($"{tree.State}: {tree.Tasks} tasks, {tree.Failed} of them failed with {tree.FirstFailure!.Kind}");
    }
}
