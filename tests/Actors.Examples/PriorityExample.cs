namespace Actors.Examples.Priorities;

public sealed record Report(string Of) : ITask;

public sealed record Page(string Of, int Number) : ITask;

public sealed class Handlers(TaskCompletionSource allSubmitted) : ITaskHandler<Report>, ITaskHandler<Page>, IAsyncTaskHandler<Gate>
{
    public async ValueTask<Ending<Unit>> HandleAsync(Gate task, TaskContext context)
    {
        await allSubmitted.Task;
        return context.Done();
    }

    public Ending<Unit> Handle(Report task, TaskContext context)
    {
        Console.WriteLine($"report of {task.Of}");
        context.SpawnMany(Enumerable.Range(1, 2).Select(number => new Page(task.Of, number)));
        return context.Done();
    }

    public Ending<Unit> Handle(Page task, TaskContext context)
    {
        Console.WriteLine($"page {task.Number} of {task.Of}");
        return context.Done();
    }
}

public sealed record Gate : ITask;

/// <summary>On one worker the most urgent goes first: a number from 0 to 9, the highest first, which the follow-ups inherit.</summary>
public sealed class PriorityExample : Example
{
    protected override string Prints => """
        report of today
        page 1 of today
        page 2 of today
        report of this year
        page 1 of this year
        page 2 of this year
        """;

    protected override async Task Main()
    {
        using var system = NewSystem("actors { default-pool.workers = 1, types.Report.priority = 3 }");
        var allSubmitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(allSubmitted));
        var gate = await engine.Client.SubmitAsync(new Gate()); // keeps the worker until both have been submitted
        var year = await engine.Client.SubmitAsync(new Report("this year"));
        var today = await engine.Client.SubmitAsync(new Report("today"), new SubmitOptions { Priority = 8 });
        allSubmitted.SetResult();
        await Task.WhenAll(gate.TreeAsync(), year.TreeAsync(), today.TreeAsync());
    }
}
