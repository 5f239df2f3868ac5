namespace Actors.Examples.Failures;

public sealed record Import(string File) : ITask<int>;

public sealed record ImportLine(int Number) : ITask<int>;

public sealed record Total : IJoin<int, int>;

public sealed class Handlers : ITaskHandler<Import, int>, ITaskHandler<ImportLine, int>, IJoinHandler<Total, int, int>
{
    public Ending<int> Handle(Import task, TaskContext context) =>
        context.Join(Enumerable.Range(1, 3).Select(number => new ImportLine(number)), new Total());

    public Ending<int> Handle(ImportLine task, TaskContext context) =>
        task.Number == 2 ? context.Fail("line 2 has no price") : 1;

    public Ending<int> Handle(Total join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => outcomes.Sum(outcome => outcome.Value);
}

/// <summary>A failure for good, whatever the retry policy says. It fails the join, and says which task it was and how that came about.</summary>
public sealed class FailureExample : Example
{
    protected override string Prints => """
        Permanent: line 2 has no price
        task type ImportLine, attempt 1, 2 tasks on the path to the root
        the last of them is the root: True
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks
            .AddHandler<Handlers>()
            .Configure<ImportLine>(type => type with { Retry = RetryPolicy.Default }));
        var handle = await engine.Client.SubmitAsync(new Import("prices.csv"));
        var failure = (await handle).Failure!;
        Console.WriteLine($"{failure.Kind}: {failure.Message}");
        Console.WriteLine($"task type {failure.TaskType}, attempt {failure.Attempt}, {failure.Path.Count} tasks on the path to the root");
        Console.WriteLine($"the last of them is the root: {failure.Path[^1] == handle.Id}");
    }
}
