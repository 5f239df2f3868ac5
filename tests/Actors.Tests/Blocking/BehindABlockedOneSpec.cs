using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Blocking;

/// <summary>What waits in a chunk behind a handler that blocks. The time slice never ends here, so nothing but what the spec does can take it away.</summary>
public sealed class BehindABlockedOneSpec(ITestOutputHelper output) : EngineSpec(output, "actors.chunk.slice = 1h", workers: 1)
{
    [Fact]
    public async Task A_cancelled_one_never_starts_once_the_cancellation_is_acknowledged()
    {
        var (gate, ran, handle) = await StartChunkAsync();

        Assert.True(await handle.CancelAsync());
        gate.Open();

        Assert.Equal(TaskState.Cancelled, (await handle.TreeAsync().WaitAsync(Soon)).State);
        Assert.Equal(0, ran.Times);
    }

    [Fact]
    public async Task A_drain_of_what_runs_does_not_start_it()
    {
        var (gate, ran, _) = await StartChunkAsync();

        var drain = Client.DrainAsync(DrainMode.FinishRunning, Soon);
        await UntilAsync(TaskState.Ready, 20);
        gate.Open();

        Assert.Equal(20, (await drain.WaitAsync(Soon)).LeftCount);
        Assert.Equal(0, ran.Times);
    }

    /// <summary>The first of a chunk blocks, and twenty are behind it.</summary>
    private async Task<(Gate Gate, Happening Ran, TaskHandle<int> Handle)> StartChunkAsync()
    {
        await StartAsync();
        var (gate, ran) = (new Gate(), new Happening());

        // Learn that steps are short, so that the next ones travel in one chunk.
        await TreeAsync(new Step(context => { context.SpawnMany(Enumerable.Range(0, 200).Select(Step.Yield)); return 0; }));
        var handle = await Client.SubmitAsync(new Step(context =>
        {
            context.Spawn(new Step(_ => { gate.Pass(); return 0; }));
            context.SpawnMany(Enumerable.Range(0, 20).Select(_ => new Step(_ => ran.Happens())));
            return 0;
        }));
        await gate.Reached;
        return (gate, ran, handle);
    }
}
