namespace Actors.Examples.Budgets;

public sealed record Crawl(int Depth) : ITask;

public sealed class CrawlHandler : ITaskHandler<Crawl>
{
    public Ending<Unit> Handle(Crawl task, TaskContext context)
    {
        context.SpawnMany([new Crawl(task.Depth + 1), new Crawl(task.Depth + 1)]); // a page links to two, and so on, without end
        return context.Done();
    }
}

/// <summary>What a tree may use up. The task that would exceed it fails, and has spawned nothing; the failure says who used it up.</summary>
public sealed class BudgetExample : Example
{
    protected override string Prints => """
        at most 4 deep: 31 tasks, 16 failed
        The budget of the tree, depth 4, is used up: what this Crawl spawns would have a depth of 5.
        used up by a task 4 steps below the root
        at most 1000 tasks: 999 tasks
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<CrawlHandler>());
        var deep = await engine.Client.SubmitAsync(new Crawl(0), new SubmitOptions { Budget = new TaskBudget { Depth = 4 } });
        var tree = await deep.TreeAsync();
        Console.WriteLine($"at most 4 deep: {tree.Tasks} tasks, {tree.Failed} failed");
        Console.WriteLine(tree.FirstFailure!.Message);
        Console.WriteLine($"used up by a task {tree.FirstFailure.Path.Count - 1} steps below the root");

        var many = await engine.Client.SubmitAsync(new Crawl(0), new SubmitOptions { Budget = new TaskBudget { Tasks = 1000 } });
        Console.WriteLine($"at most 1000 tasks: {(await many.TreeAsync()).Tasks} tasks");
    }
}
