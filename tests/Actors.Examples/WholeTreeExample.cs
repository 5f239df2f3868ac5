using System.Collections.Concurrent;

namespace Actors.Examples.WholeTrees;

public sealed record Crawl(string Page) : ITask;

public sealed record Report : ITask;

/// <summary>Pages that link to each other, and to themselves.</summary>
public sealed class Site
{
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    private readonly Dictionary<string, string[]> _links = new()
    {
        ["home"] = ["home", "news", "about"],
        ["news"] = ["home", "archive"],
        ["archive"] = ["news", "archive", "about"],
        ["about"] = ["home"],
    };

    public int Seen => _seen.Count;

    public bool See(string page) => _seen.TryAdd(page, true);

    public IEnumerable<string> LinksOf(string page) => _links[page];
}

public sealed class Handlers(Site site) : ITaskHandler<Crawl>, ITaskHandler<Report>
{
    public Ending<Unit> Handle(Crawl task, TaskContext context)
    {
        if (site.See(task.Page))
        {
            context.SpawnMany(site.LinksOf(task.Page).Select(page => new Crawl(page)));
        }

        return context.Done();
    }

    public Ending<Unit> Handle(Report task, TaskContext context)
    {
        Console.WriteLine($"{site.Seen} pages");
        return context.Done();
    }
}

/// <summary>
/// A crawler knows when it is done: a tree ends once, when its last task has. The completion task runs then and is part of the tree; whoever awaits the
/// tree from outside goes on after it.
/// </summary>
public sealed class WholeTreeExample : Example
{
    protected override string Prints => """
        4 pages
        11 tasks: Succeeded
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>(), Services.With(new Site()));
        var handle = await engine.Client.SubmitAsync(new Crawl("home"), new SubmitOptions { WhenDone = new Report() });
        var tree = await handle.TreeAsync();
        Console.WriteLine($"{tree.Tasks} tasks: {tree.State}");
    }
}
