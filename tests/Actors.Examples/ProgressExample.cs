namespace Actors.Examples.Progress;

public sealed record Work(int Number) : ITask;

public sealed class WorkHandler : ITaskHandler<Work>
{
    public Ending<Unit> Handle(Work task, TaskContext context) => task.Number == 13 ? context.Fail("unlucky") : context.Done();
}

/// <summary>Counts by state and type, which the engine keeps anyhow: looking at them ten times a second costs nothing that one could measure.</summary>
public sealed class ProgressExample : Example
{
    protected override string Prints => """
        999 succeeded, 1 failed, 0 live
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<WorkHandler>());
        await engine.Client.SubmitManyAsync(Enumerable.Range(0, 1000).Select(number => new Work(number)));
        using var enough = new CancellationTokenSource();
        await foreach (var progress in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(100), enough.Token))
        {
            if (progress.Live == 0)
            {
                Console.WriteLine(
                    $"{progress.Count(TaskState.Succeeded)} succeeded, {progress.Count(TaskState.Failed)} failed, {progress.Live} live");
                await enough.CancelAsync();
            }
        }
    }
}
