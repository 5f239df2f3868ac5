using Xunit.Abstractions;

namespace Actors.Tests.Engine;

public sealed class ProgressSpec(ITestOutputHelper output) : EngineSpec(output)
{
    [Fact]
    public async Task The_counts_are_right_while_tasks_run_and_after()
    {
        await StartAsync(tasks => tasks.AddHandler<Joins.SizeHandlers>());
        var gate = new Gate();
        var busy = await Client.SubmitManyAsync(Enumerable.Range(0, 6).Select(_ => new StepAsync(async _ => { await gate.PassAsync(); return 1; })));
        var late = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { Delay = TimeSpan.FromHours(1) });
        var progress = await UntilAsync(now => now.Count(TaskState.Running) == 4);
        Assert.Equal(2, progress.Count(TaskState.Ready));
        Assert.Equal(1, progress.Count(TaskState.Scheduled));
        Assert.Equal(7, progress.Live);
        Assert.Equal(7, progress.LiveTrees);
        Assert.Equal(new PoolProgress("default", 4, 4, 2), Assert.Single(progress.Pools));
        Assert.Equal(4, progress.Types.Single(type => type.Type == nameof(StepAsync))[TaskState.Running]);
        gate.Open();
        foreach (var handle in busy)
        {
            await handle.TreeAsync().WaitAsync(Soon);
        }

        await late.CancelAsync();
        var fib = (await TreeAsync(new Joins.Fib(12))).Tasks;
        progress = await Client.ProgressAsync();
        Assert.Equal(0, progress.Live);
        Assert.Equal(6 + fib, progress.Count(TaskState.Succeeded));
        Assert.Equal(1, progress.Count(TaskState.Cancelled));
        Assert.Equal(0, progress.StaleEnds);
    }

    [Fact]
    public async Task Watching_under_load_never_shows_a_count_that_cannot_be()
    {
        await StartAsync(tasks => tasks.AddHandler<Joins.SizeHandlers>());
        var handle = await Client.SubmitAsync(new Joins.Burst(300_000));
        using var enough = new CancellationTokenSource();
        var ended = 0L;
        await foreach (var progress in Client.WatchAsync(TimeSpan.FromMilliseconds(5), enough.Token))
        {
            Assert.InRange(progress.Count(TaskState.Succeeded), ended, 300_001);
            ended = progress.Count(TaskState.Succeeded);
            Assert.True(progress.Live + ended is 1 or 300_001 or 0, $"{progress.Live} live and {ended} ended");
            Assert.InRange(progress.Pools[0].Busy, 0, 4);
            if (ended == 300_001)
            {
                await enough.CancelAsync(); // ends the stream, without an exception
            }
        }

        Assert.Equal(300_001, (await handle.TreeAsync().WaitAsync(Soon)).Succeeded);
        Assert.Equal(300_001, ended);
    }
}
