namespace Actors.Examples.SpawnsAtOnce;

public sealed record Convert : ITask;

public sealed record SendProgress(string Text) : ITask;

public sealed class Handlers(TaskCompletionSource sent) : IAsyncTaskHandler<Convert>, ITaskHandler<SendProgress>
{
    public async ValueTask<Ending<Unit>> HandleAsync(Convert task, TaskContext context)
    {
        context.SpawnNow(new SendProgress("half of it is done"));
        await sent.Task; // for the sake of the example: a handler has no business waiting for another task
        Console.WriteLine("conversion ends");
        return context.Done();
    }

    public Ending<Unit> Handle(SendProgress task, TaskContext context)
    {
        Console.WriteLine(task.Text);
        sent.TrySetResult();
        return context.Done();
    }
}

/// <summary>The exception to the rule that follow-ups start when their parent has succeeded: one that starts while it runs, and stays if it fails.</summary>
public sealed class SpawnNowExample : Example
{
    protected override string Prints => """
        half of it is done
        conversion ends
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(sent));
        var handle = await engine.Client.SubmitAsync(new Convert());
        await handle.TreeAsync();
    }
}
