using Actors.TestKit;

namespace Actors.Examples.TestExplore;

public sealed record Pay(int Order, decimal Amount) : ITask;

/// <summary>A fake of what is outside.</summary>
public sealed class Bank
{
    public decimal Balance { get; set; } = 100m;
}

public sealed class PayHandler(Bank bank) : ITaskHandler<Pay>
{
    public Ending<Unit> Handle(Pay task, TaskContext context)
    {
        bank.Balance -= task.Amount; // not idempotent: an attempt that is lost after this is run again
        return context.Done();
    }
}

/// <summary>
/// Explores the schedules that the engine allows, crashes included, and finds that a handler takes the money twice: with the shortest schedule on which it does.
/// </summary>
public sealed class TestExploreExample : Example
{
    protected override string Prints => """
        The balance is 80.

        This is so on the following schedule of 1 fault(s), the shortest that was found:
           1. worker 2 runs Pay { Order = 7, Amount = 10 }, attempt 1
           2. worker 2 DIES: Pay { Order = 7, Amount = 10 }, attempt 1, has run and is not reported, so it runs again
           3. worker 3 runs Pay { Order = 7, Amount = 10 }, attempt 1
           4. worker 3 reports that Pay { Order = 7, Amount = 10 }, attempt 1, ended with Succeeded(())

        The tasks as they were:
        Pay { Order = 7, Amount = 10 }: Succeeded, after 2 runs
        """;

    protected override async Task Main()
    {
        var exploration = new Exploration<Bank>
        {
            World = () => new Bank(),
            Handlers = tasks => tasks.AddHandler<PayHandler>(),
            Root = _ => new Pay(7, 10m),
            Check = (bank, _) =>
            {
                if (bank.Balance != 90m)
                {
                    throw new InvalidOperationException($"The balance is {bank.Balance:0}.");
                }
            },
        };
        Console.WriteLine((await Assert.ThrowsAsync<ExplorationFailedException>(exploration.RunAsync)).Message);
    }
}
