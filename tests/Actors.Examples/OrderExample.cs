namespace Actors.Examples.Order;

public sealed record Charge(string Customer, string What) : ITask;

public sealed class ChargeHandler : ITaskHandler<Charge, Unit>
{
    public Ending<Unit> Handle(Charge task, TaskContext context)
    {
        Console.WriteLine($"{task.What}, attempt {context.Attempt}");
        return task.What == "deposit" && context.Attempt < 3 ? context.Retry("the bank is closed", TimeSpan.FromHours(1)) : context.Done();
    }
}

/// <summary>One after the other per customer, in the order of submission: the second waits until the first has succeeded, its retries included.</summary>
public sealed class OrderExample : Example
{
    protected override string Prints => """
        deposit, attempt 1
        deposit, attempt 2
        deposit, attempt 3
        rent, attempt 1
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        var time = new VirtualTime(system);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks
            .AddHandler<ChargeHandler>()
            .Configure<Charge>(type => type.WithOrder<Charge>("customer", charge => charge.Customer)));
        await engine.Client.SubmitAsync(new Charge("4711", "deposit"));
        var second = await engine.Client.SubmitAsync(new Charge("4711", "rent"));
        for (var outcome = second.OutcomeAsync(); !outcome.IsCompleted;)
        {
            await time.PassAsync(engine.Client, TimeSpan.FromMinutes(1));
        }
    }
}
