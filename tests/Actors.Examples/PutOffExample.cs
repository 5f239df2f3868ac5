namespace Actors.Examples.PutOffs;

public sealed record WaitForFile(string Name) : ITask;

public sealed class WaitForFileHandler(VirtualTime time) : ITaskHandler<WaitForFile>
{
    public Ending<Unit> Handle(WaitForFile task, TaskContext context)
    {
        var isThere = time.Elapsed >= TimeSpan.FromMinutes(10);
        Console.WriteLine($"{time.Elapsed}: attempt {context.Attempt}, {task.Name} {(isThere ? "is there" : "is not there yet")}");
        return isThere ? context.Done() : context.PutOff(TimeSpan.FromMinutes(4));
    }
}

/// <summary>A task that is too early puts itself off. That costs no attempt, and holds no worker.</summary>
public sealed class PutOffExample : Example
{
    protected override string Prints => """
        00:00:00: attempt 1, prices.csv is not there yet
        00:04:00: attempt 1, prices.csv is not there yet
        00:08:00: attempt 1, prices.csv is not there yet
        00:12:00: attempt 1, prices.csv is there
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        var time = new VirtualTime(system);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<WaitForFileHandler>(), Services.With(time));
        var handle = await engine.Client.SubmitAsync(new WaitForFile("prices.csv"));
        await time.RunAsync(engine.Client, until: handle.TreeAsync());
    }
}
