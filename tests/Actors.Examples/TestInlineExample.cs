using Actors.TestKit;

namespace Actors.Examples.TestInline;

public sealed record Backup(int Folders) : ITask<int>;

public sealed record CopyFolder(int Number) : ITask<int>;

public sealed record Count : IJoin<int, int>;

public sealed class Handlers : ITaskHandler<Backup, int>, ITaskHandler<CopyFolder, int>, IJoinHandler<Count, int, int>
{
    public Ending<int> Handle(Backup task, TaskContext context) =>
        context.Join(Enumerable.Range(1, task.Folders).Select(number => new CopyFolder(number)), new Count());

    public Ending<int> Handle(CopyFolder task, TaskContext context) =>
        task.Number == 2 && context.Attempt == 1 ? throw new IOException("disk is busy") : 1;

    public Ending<int> Handle(Count join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => outcomes.Count;
}

/// <summary>A test of a whole tree, run inline to its end by the engine's real rules in virtual time, and what the test expects of it.</summary>
public sealed class TestInlineExample : Example
{
    protected override string Prints => """
        Succeeded after 00:00:10
        Backup { Folders = 3 }: Succeeded(3)
        ├─ join Count { }: Succeeded(3)
        ├─ CopyFolder { Number = 3 }: Succeeded(1)
        ├─ CopyFolder { Number = 2 }: Succeeded(1)
        │     attempt 1 at 00:00:00: System.IO.IOException: disk is busy, again in 00:00:10
        └─ CopyFolder { Number = 1 }: Succeeded(1)
        """;

    protected override async Task Main()
    {
        var engine = new InlineEngine(tasks => tasks.AddHandler<Handlers>().Configure<CopyFolder>(type => type with
        {
            Retry = new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.FromSeconds(10), Jitter = 0 },
        }));
        var tree = await engine.RunAsync(new Backup(3));
        Console.WriteLine($"{tree.State} after {engine.Elapsed}");
        engine.History.ExpectAttemptAt<CopyFolder>(2, TimeSpan.FromSeconds(10), folder => folder.Number == 2);
        engine.History.ExpectTreeDone(tree.RootId);
        Console.WriteLine(engine.History);
    }
}
