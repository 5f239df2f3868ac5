namespace Actors.Examples.NestedJoins;

public sealed record Countdown(int From) : ITask<int>;

public sealed record PlusOne : IJoin<int, int>;

public sealed class Handlers : ITaskHandler<Countdown, int>, IJoinHandler<PlusOne, int, int>
{
    public Ending<int> Handle(Countdown task, TaskContext context) =>
        task.From == 0 ? 0 : context.Join([new Countdown(task.From - 1)], new PlusOne());

    public Ending<int> Handle(PlusOne join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => outcomes[0].Value + 1;
}

/// <summary>Joins in joins, ten thousand deep, on one worker: none of them holds it, and no stack overflows.</summary>
public sealed class NestedJoinsExample : Example
{
    protected override string Prints => "10000";

    protected override async Task Main()
    {
        using var system = NewSystem("actors.default-pool.workers = 1");
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>());
        var handle = await engine.Client.SubmitAsync(new Countdown(10_000));
        Console.WriteLine((await handle).Value);
    }
}
