using Akka.Actor;

namespace Actors.Examples.ThreeWays;

public sealed record Parent : ITask;

public sealed record Child(string SpawnedBy) : ITask;

/// <summary>Knows the actor system only, as code deep in a library may.</summary>
public sealed class Elsewhere(ActorSystem system)
{
    public void Spawn() => TaskEngine.Get(system).Spawn(new Child("the engine of the actor system"));
}

public sealed class ParentHandler(Elsewhere elsewhere) : ITaskHandler<Parent>, ITaskHandler<Child>
{
    public Ending<Unit> Handle(Parent task, TaskContext context)
    {
        context.Spawn(new Child("the context"));
        elsewhere.Spawn();
        context.Coordinator.Tell(new TaskProtocol.Spawn(context, new Child("a message to the coordinator")));
        return context.Done();
    }

    public Ending<Unit> Handle(Child task, TaskContext context)
    {
        Console.WriteLine($"spawned through {task.SpawnedBy}");
        return context.Done();
    }
}

/// <summary>The three ways of reaching the engine from a running task. In each the follow-up becomes real with the success of its parent.</summary>
public sealed class ThreeWaysExample : Example
{
    protected override string Prints => """
        spawned through the context
        spawned through the engine of the actor system
        spawned through a message to the coordinator
        3 children and their parent: Succeeded
        """;

    protected override async Task Main()
    {
        using var system = NewSystem("actors.default-pool.workers = 1");
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<ParentHandler>(), Services.With(new Elsewhere(system)));
        var handle = await engine.Client.SubmitAsync(new Parent());
        var tree = await handle.TreeAsync();
        Console.WriteLine($"{tree.Tasks - 1} children and their parent: {tree.State}");
    }
}
