namespace Actors.Examples.Unique;

public sealed record Crawl(string Site) : ITask<int>;

public sealed record Compare(string One, string Other) : ITask<int>;

public sealed record Add : IJoin<int, int>;

public sealed class Handlers(TaskCompletionSource go) : IAsyncTaskHandler<Crawl, int>, ITaskHandler<Compare, int>, IJoinHandler<Add, int, int>
{
    public static SpawnOptions Once(string site) => new() { Unique = new UniqueTask { Key = site } };

    public async ValueTask<Ending<int>> HandleAsync(Crawl task, TaskContext context)
    {
        await go.Task;
        Console.WriteLine($"crawled {task.Site}");
        return task.Site.Length;
    }

    public Ending<int> Handle(Compare task, TaskContext context) => context.Join(
        [context.Spawn(new Crawl(task.One), Once(task.One)), context.Spawn(new Crawl(task.Other), Once(task.Other))], new Add());

    public Ending<int> Handle(Add join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => outcomes.Sum(outcome => outcome.Value);
}

/// <summary>
/// A site is crawled once at a time, whoever asks for it: a task of the same key attaches to the one that is live, and its join gets that one's outcome. It holds no
/// worker meanwhile; here there is one.
/// </summary>
public sealed class UniqueExample : Example
{
    protected override string Prints => """
        a duplicate of the first: True
        crawled example.org
        11, and for the duplicate 11
        crawled example.com.au
        the comparison: 28
        """;

    protected override async Task Main()
    {
        using var system = NewSystem("actors.default-pool.workers = 1");
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(go));
        var once = new SubmitOptions { Unique = new UniqueTask { Key = "example.org" } };
        var first = await engine.Client.SubmitAsync(new Crawl("example.org"), once);
        var again = await engine.Client.SubmitAsync(new Crawl("example.org"), once);
        Console.WriteLine($"a duplicate of the first: {again.DuplicateOf == first.Id}");
        go.SetResult();
        var (one, other) = (await first, await again);
        Console.WriteLine($"{one.Value}, and for the duplicate {other.Value}");
        var comparison = await engine.Client.SubmitAsync(new Compare("example.com.au", "example.com.au"));
        Console.WriteLine($"the comparison: {(await comparison).Value}");
    }
}
