namespace Actors.Examples.FollowUps;

public sealed record Order(int Number) : ITask;

public sealed record SendInvoice(int Number) : ITask;

public sealed class OrderHandler : ITaskHandler<Order>, ITaskHandler<SendInvoice>
{
    public Ending<Unit> Handle(Order task, TaskContext context)
    {
        context.Spawn(new SendInvoice(task.Number));
        Console.WriteLine($"order {task.Number}, attempt {context.Attempt}");
        return context.Attempt == 1 ? throw new IOException("the printer is out of paper") : context.Done();
    }

    public Ending<Unit> Handle(SendInvoice task, TaskContext context)
    {
        Console.WriteLine($"invoice for {task.Number}");
        return context.Done();
    }
}

/// <summary>Spawn is commit: the first attempt fails after it has spawned, and yet there is one invoice.</summary>
public sealed class FollowUpExample : Example
{
    protected override string Prints => """
        order 17, attempt 1
        order 17, attempt 2
        invoice for 17
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks
            .AddHandler<OrderHandler>()
            .Configure<Order>(type => type with { Retry = new RetryPolicy { MaxAttempts = 3, Delay = TimeSpan.FromMilliseconds(20) } }));
        var handle = await engine.Client.SubmitAsync(new Order(17));
        await handle.TreeAsync();
    }
}
