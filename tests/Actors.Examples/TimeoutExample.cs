namespace Actors.Examples.Timeouts;

public sealed record Download : ITask<string>;

public sealed class DownloadHandler(VirtualTime time, TaskCompletionSource hangs) : IAsyncTaskHandler<Download, string>
{
    public async ValueTask<Ending<string>> HandleAsync(Download task, TaskContext context)
    {
        Console.WriteLine($"{time.Elapsed}: attempt {context.Attempt}");
        if (context.Attempt == 1)
        {
            hangs.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken); // the server says nothing
        }

        return "done";
    }
}

/// <summary>A timeout is for one attempt. The handler hears of it by its token, its worker is free again, and the retry policy goes on from there.</summary>
public sealed class TimeoutExample : Example
{
    protected override string Prints => """
        00:00:00: attempt 1
        00:00:31: attempt 2
        Succeeded(done)
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        var time = new VirtualTime(system);
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await TaskEngine.StartAsync(
            system,
            tasks => tasks.AddHandler<DownloadHandler>().Configure<Download>(type => type with
            {
                Timeout = TimeSpan.FromSeconds(30),
                Retry = new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.FromSeconds(1), Jitter = 0 },
            }),
            Services.With(time, hangs));
        var handle = await engine.Client.SubmitAsync(new Download());
        await hangs.Task;
        await time.PassAsync(engine.Client, TimeSpan.FromSeconds(30));
        await time.RunAsync(engine.Client, until: handle.OutcomeAsync());
        Console.WriteLine(await handle);
    }
}
