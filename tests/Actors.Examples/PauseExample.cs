namespace Actors.Examples.Pauses;

public sealed record Send(string Letter) : ITask;

public sealed class SendHandler : ITaskHandler<Send>
{
    public Ending<Unit> Handle(Send task, TaskContext context)
    {
        Console.WriteLine($"{task.Letter} is sent");
        return context.Done();
    }
}

/// <summary>A pool, a type or a tree is paused by somebody: what runs goes on, nothing of it starts, and it is written down.</summary>
public sealed class PauseExample : Example
{
    protected override string Prints => """
        the letter waits: 1 ready, by Ada
        the letter is sent
        Ada: pause type/Send
        Bob: resume type/Send
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<SendHandler>());
        await engine.Control.As("Ada").PauseTypeAsync("Send");
        var letter = await engine.Client.SubmitAsync(new Send("the letter"));
        var progress = await engine.Client.ProgressAsync();
        Console.WriteLine($"the letter waits: {progress.Count(TaskState.Ready)} ready, by {progress.Types.Single().Pause!.By}");

        await engine.Control.As("Bob").ResumeTypeAsync("Send");
        await letter.TreeAsync();
        foreach (var entry in (await engine.Control.AuditAsync()).Reverse())
        {
            Console.WriteLine($"{entry.By}: {entry.Action} {entry.Target}");
        }
    }
}
