namespace Actors.Examples.Draining;

public sealed record Begin : ITask;

public sealed record GoOn : ITask;

public sealed record Signals(TaskCompletionSource Begun, TaskCompletionSource End);

public sealed class Handlers(Signals signals) : IAsyncTaskHandler<Begin>, ITaskHandler<GoOn>
{
    public async ValueTask<Ending<Unit>> HandleAsync(Begin task, TaskContext context)
    {
        signals.Begun.TrySetResult();
        await signals.End.Task;
        context.Spawn(new GoOn()); // no exception, though the engine is stopping
        return context.Done();
    }

    public Ending<Unit> Handle(GoOn task, TaskContext context) => context.Done();
}

/// <summary>Stopping: what runs may end, its follow-ups are kept, nothing is started any more, and what was left is listed.</summary>
public sealed class DrainExample : Example
{
    protected override string Prints => """
        left: GoOn, Ready
        EngineStoppedException: The engine is stopping and takes no new tasks from outside.
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(new Signals(begun, end)));
        await engine.Client.SubmitAsync(new Begin());
        await begun.Task;
        var drain = engine.Client.DrainAsync(DrainMode.FinishRunning, TimeSpan.FromSeconds(30));
        await engine.Client.ProgressAsync(); // by now the engine has heard of it
        end.SetResult();
        foreach (var task in (await drain).Left)
        {
            Console.WriteLine($"left: {task.Type}, {task.State}");
        }

        try
        {
            await engine.Client.SubmitAsync(new Begin());
        }
        catch (EngineStoppedException exception)
        {
            Console.WriteLine($"{exception.GetType().Name}: {exception.Message}");
        }
    }
}
