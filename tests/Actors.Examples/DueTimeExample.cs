namespace Actors.Examples.DueTimes;

public sealed record SignUp(string Name) : ITask;

public sealed record Remind(string Name) : ITask;

public sealed class Handlers(VirtualTime time) : ITaskHandler<SignUp>, ITaskHandler<Remind>
{
    public Ending<Unit> Handle(SignUp task, TaskContext context)
    {
        Console.WriteLine($"{time.Elapsed}: {task.Name} signed up");
        context.Spawn(new Remind(task.Name), new SpawnOptions { Delay = TimeSpan.FromDays(1) });
        return context.Done();
    }

    public Ending<Unit> Handle(Remind task, TaskContext context)
    {
        Console.WriteLine($"{time.Elapsed}: a reminder for {task.Name}");
        return context.Done();
    }
}

/// <summary>A follow-up with a delay. It is part of its tree, which ends a day later; no worker is held meanwhile.</summary>
public sealed class DueTimeExample : Example
{
    protected override string Prints => """
        00:00:00: Ada signed up
        1.00:00:00: a reminder for Ada
        the tree has ended
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        var time = new VirtualTime(system);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(time));
        var handle = await engine.Client.SubmitAsync(new SignUp("Ada"));
        await time.RunAsync(engine.Client, until: handle.TreeAsync());
        Console.WriteLine("the tree has ended");
    }
}
