namespace Actors.Examples.Pools;

public sealed record ReadPage(int Number) : ITask;

public sealed record Compute(int Number) : ITask;

public sealed class Handlers : ITaskHandler<ReadPage>, ITaskHandler<Compute>
{
    public Ending<Unit> Handle(ReadPage task, TaskContext context)
    {
        context.Spawn(new Compute(task.Number));
        return context.Done();
    }

    public Ending<Unit> Handle(Compute task, TaskContext context) => context.Done();
}

/// <summary>Two pools, deployed by configuration alone: each with its workers, and task types mapped to them.</summary>
public sealed class PoolsExample : Example
{
    private const string Pools = """
        # <readme>
        akka.actor.deployment."/tasks/io" { router = round-robin-pool, nr-of-instances = 16, dispatcher = actors.worker-dispatcher }
        akka.actor.deployment."/tasks/default" { router = round-robin-pool, nr-of-instances = 2 }
        actors.types.ReadPage { pool = io, timeout = 30s, retry { max-attempts = 5, delay = 1s } }
        # </readme>
        """;

    protected override string Prints => """
        default: 2 workers
        io: 16 workers
        Compute runs in default, 100 succeeded
        ReadPage runs in io, 100 succeeded
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(Pools);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>());
        var handles = await engine.Client.SubmitManyAsync(Enumerable.Range(1, 100).Select(number => new ReadPage(number)));
        await Task.WhenAll(handles.Select(handle => handle.TreeAsync()));
        var progress = await engine.Client.ProgressAsync();
        foreach (var pool in progress.Pools.OrderBy(pool => pool.Pool, StringComparer.Ordinal))
        {
            Console.WriteLine($"{pool.Pool}: {pool.Workers} workers");
        }

        foreach (var type in progress.Types.OrderBy(type => type.Type, StringComparer.Ordinal))
        {
            Console.WriteLine($"{type.Type} runs in {type.Pool}, {type[TaskState.Succeeded]} succeeded");
        }
    }
}
