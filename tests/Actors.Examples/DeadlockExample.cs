namespace Actors.Examples.Deadlocks;

public sealed record Outer : ITask<string>;

public sealed record Inner : ITask<string>;

public sealed record Then : IJoin<string, string>;

public sealed class Handlers : ITaskHandler<Outer, string>, ITaskHandler<Inner, string>, IJoinHandler<Then, string, string>
{
    public Ending<string> Handle(Outer task, TaskContext context) => context.Join([new Inner()], new Then());

    public Ending<string> Handle(Inner task, TaskContext context) => "inner";

    public Ending<string> Handle(Then join, IReadOnlyList<Outcome<string>> outcomes, TaskContext context) => $"outer after {outcomes[0].Value}";
}

/// <summary>
/// Why all this: on a pool of one thread a task that submits a task and waits for it takes the thread that the other needs. Here the same ends on a pool
/// of one worker, since nobody waits.
/// </summary>
public sealed class DeadlockExample : Example
{
    protected override string Prints => """
        a pool of one thread: the outer task holds the thread, the inner one is in the queue, neither can go on
        a pool of one worker: outer after inner
        """;

    protected override async Task Main()
    {
        using (var pool = new OneThread())
        {
            using var giveUp = new CancellationTokenSource();
            var outer = pool.Submit(() => pool.Submit(() => { }).Wait(giveUp.Token));
            await pool.Waits; // the one thread is in the outer task, and the queue is not empty: nothing will ever change that
            Console.WriteLine($"a pool of one thread: the outer task holds the thread, the inner one is in the queue, {(outer.IsCompleted ? "and yet" : "neither can go on")}");
            await giveUp.CancelAsync();
        }

        using var system = NewSystem("actors.default-pool.workers = 1");
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>());
        var handle = await engine.Client.SubmitAsync(new Outer());
        Console.WriteLine($"a pool of one worker: {(await handle).Value}");
    }
}
