namespace Actors.Examples.Policies;

public sealed record AskServer(int Number) : ITask<int>;

public sealed record AskServers(JoinPolicy Policy) : ITask<string>;

public sealed record Answers : IJoin<int, string>;

public sealed class Handlers : ITaskHandler<AskServer, int>, ITaskHandler<AskServers, string>, IJoinHandler<Answers, int, string>
{
    public Ending<int> Handle(AskServer task, TaskContext context) =>
        task.Number % 2 == 0 ? task.Number : context.Fail($"server {task.Number} is down");

    public Ending<string> Handle(AskServers task, TaskContext context) =>
        context.Join([new AskServer(0), new AskServer(1), new AskServer(2), new AskServer(3)], new Answers(), task.Policy);

    public Ending<string> Handle(Answers join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) =>
        string.Join(", ", outcomes.Select(outcome => outcome.IsSucceeded ? $"{outcome.Value}" : $"{outcome.State}".ToLowerInvariant()));
}

/// <summary>When a join fires, and what becomes of the siblings. One worker, so that the children come in order.</summary>
public sealed class PoliciesExample : Example
{
    protected override string Prints => """
        All: Failed(Permanent: server 1 is down)
        Collect: Succeeded(0, failed, 2, failed)
        Quorum(1): Succeeded(0, cancelled, cancelled, cancelled)
        Quorum(2): Succeeded(0, failed, 2, cancelled)
        Quorum(3): Failed(Permanent: server 1 is down)
        """;

    protected override async Task Main()
    {
        using var system = NewSystem("actors.default-pool.workers = 1\nactors.chunk.tasks-max = 1");
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>());
        foreach (var policy in new[] { JoinPolicy.All, JoinPolicy.Collect, JoinPolicy.FirstSuccess, JoinPolicy.Quorum(2), JoinPolicy.Quorum(3) })
        {
            var handle = await engine.Client.SubmitAsync(new AskServers(policy));
            Console.WriteLine($"{policy}: {await handle}");
        }
    }
}
