using Actors.Tests.Engine;
using Actors.Tests.Joins;
using Xunit.Abstractions;

namespace Actors.Tests.Blocking;

/// <summary>A chunk never makes a task wait behind a slow one.</summary>
public sealed class GiveBackSpec(ITestOutputHelper output) : EngineSpec(output, workers: 2)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_stands_in_a_chunk_behind_a_slow_task_is_given_back_and_run_elsewhere(bool isAsync)
    {
        await StartAsync(tasks => tasks.AddHandler<MaybeSlowHandler>());
        await TreeAsync(new Step(context => { context.SpawnMany(Enumerable.Range(0, 500).Select(_ => new MaybeSlow(null, null))); return 0; })); // they are known to be short
        var (slow, quick) = (new Gate(), new Happening());
        var tree = await Client.SubmitAsync(new Step(context =>
        {
            context.SpawnMany(Enumerable.Range(0, 200).Select(index => new MaybeSlow(index == 3 ? slow : null, quick, isAsync)));
            return 0;
        }));
        await slow.Reached;
        await quick.AtLeast(199); // all the others have run while the slow one stands where it is
        Assert.Equal(1, (await UntilLiveAsync(1)).Count(TaskState.Running));
        slow.Open();
        Assert.Equal(201, (await tree.TreeAsync().WaitAsync(Soon)).Succeeded);
        Assert.Equal(200, quick.Times);
    }

    private Task<EngineProgress> UntilLiveAsync(long live) => UntilAsync(progress => progress.Live == live);
}

/// <summary>Of one type, so that the slow one is not known to be slow.</summary>
public sealed record MaybeSlow(Gate? Gate, Happening? Ran, bool IsAsync = false) : ITask<int>;

public sealed class MaybeSlowHandler : IAsyncTaskHandler<MaybeSlow, int>
{
    public async ValueTask<Ending<int>> HandleAsync(MaybeSlow task, TaskContext context)
    {
        if (task.Gate is not null)
        {
            if (task.IsAsync)
            {
                await task.Gate.PassAsync();
            }
            else
            {
                task.Gate.Pass();
            }
        }

        task.Ran?.Happens();
        return 0;
    }
}

/// <summary>Blocking and deep recursion on a pool of one worker.</summary>
public sealed class PoolOfOneSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    [Fact]
    public async Task Any_tree_finishes_on_one_worker()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        Assert.Equal(6765, (await OutcomeAsync(new Fib(20))).Value);
    }

    [Fact]
    public async Task Trees_take_turns_so_a_small_one_does_not_wait_for_a_large_one()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var gate = new Gate();
        var large = await Client.SubmitAsync(new Step(context =>
        {
            gate.Pass();
            context.SpawnMany(Enumerable.Range(0, 200_000).Select(_ => new Nothing()));
            return 0;
        }));
        await gate.Reached;
        var small = await Client.SubmitAsync(new Fib(10));
        var ended = CreateTestProbe();
        Sys.EventStream.Subscribe(ended.Ref, typeof(TreeOutcome));
        gate.Open();
        Assert.Equal(small.Id, (await ended.ExpectMsgAsync<TreeOutcome>(Soon)).RootId);
        Assert.Equal(large.Id, (await ended.ExpectMsgAsync<TreeOutcome>(Soon)).RootId);
    }
}
