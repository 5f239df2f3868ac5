namespace Actors.Examples.Keys;

public sealed record CloseMonth(string Month) : ITask<int>;

public sealed record CloseAccount(string Account) : ITask<int>;

public sealed record Count : IJoin<int, int>;

public sealed class Handlers(TaskCompletionSource go) : IAsyncTaskHandler<CloseMonth, int>, ITaskHandler<CloseAccount, int>, IJoinHandler<Count, int, int>
{
    public async ValueTask<Ending<int>> HandleAsync(CloseMonth task, TaskContext context)
    {
        await go.Task;
        return context.Join([Close("4711"), Close("4712")], new Count());

        // The id of the child follows from this task's and the key, whatever the order: a second attempt finds the same children.
        Child<int> Close(string account) => context.Spawn(new CloseAccount(account), new SpawnOptions { Key = account });
    }

    public Ending<int> Handle(CloseAccount task, TaskContext context) => 1;

    public Ending<int> Handle(Count join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => outcomes.Sum(outcome => outcome.Value);
}

/// <summary>A tree that is named by a key runs once at a time, however often it is submitted: whoever comes later attaches to it.</summary>
public sealed class KeysExample : Example
{
    protected override string Prints => """
        the same tree: True
        2 accounts, 2 accounts, 4 tasks
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(go));
        var options = new SubmitOptions { Key = "2026-11" };
        var first = await engine.Client.SubmitAsync(new CloseMonth("2026-11"), options);
        var second = await engine.Client.SubmitAsync(new CloseMonth("2026-11"), options);
        go.SetResult();
        Console.WriteLine($"the same tree: {first.Id == second.Id}");
        Console.WriteLine($"{(await first).Value} accounts, {(await second).Value} accounts, {(await first.TreeAsync()).Tasks} tasks");
    }
}
