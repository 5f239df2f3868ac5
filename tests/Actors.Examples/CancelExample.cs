namespace Actors.Examples.Cancelling;

public sealed record Endless(int Generation) : ITask;

public sealed class EndlessHandler(TaskCompletionSource fiftieth) : ITaskHandler<Endless>
{
    public Ending<Unit> Handle(Endless task, TaskContext context)
    {
        if (task.Generation == 50)
        {
            fiftieth.TrySetResult();
        }

        context.Spawn(new Endless(task.Generation + 1));
        return context.Done();
    }
}

/// <summary>A tree that would never end. Cancelling it reaches what is live and what its running tasks would still spawn; then it ends, once.</summary>
public sealed class CancelExample : Example
{
    protected override string Prints => """
        was live: True
        Cancelled, and what was live with it: True
        is live: False
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var fiftieth = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<EndlessHandler>(), Services.With(fiftieth));
        var handle = await engine.Client.SubmitAsync(new Endless(1));
        await fiftieth.Task;
        Console.WriteLine($"was live: {await handle.CancelAsync()}");
        var tree = await handle.TreeAsync();
        Console.WriteLine($"{tree.State}, and what was live with it: {tree.Cancelled >= 1}");
        Console.WriteLine($"is live: {await handle.CancelAsync()}");
    }
}
