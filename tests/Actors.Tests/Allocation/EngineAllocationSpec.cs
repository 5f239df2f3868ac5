using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Allocation;

/// <summary>What the whole engine allocates per task, from the client to the outcome. The bounds are what it takes today with a little room.</summary>
/// <remarks>Allocation is counted for the process, so nothing else runs meanwhile.</remarks>
[Collection(nameof(AloneInTheProcess))]
public sealed class EngineAllocationSpec(ITestOutputHelper output) : EngineSpec(output, workers: 2)
{
    private const double TreeBytesMax = 300;
    private const double RootBytesMax = 1_500;
    private const double HopBytesMax = 680;
    private const double PendingRootBytesMax = 400;
    private const double PendingFollowUpBytesMax = 230;
    private const int Pending = 1 << 17; // tables that double are full at it
    private const int Roots = 20_000;
    private const int Hops = 5_000;
    private const int Nodes = 11_111;

    [Fact]
    public async Task A_task_of_a_tree_with_joins_allocates_no_more_than_its_bound()
    {
        await StartAsync(static tasks => tasks.AddHandler<SplitHandler>().AddHandler<SumHandler>());

        await AssertAtMostAsync(TreeBytesMax, Nodes, async () =>
        {
            var tree = await Client.SubmitAsync(new Split(4));
            Assert.Equal(10_000, (await tree).Value);
        });
    }

    [Fact]
    public async Task A_task_from_outside_allocates_no_more_than_its_bound()
    {
        await StartAsync(static tasks => tasks.AddHandler<SplitHandler>().AddHandler<SumHandler>());

        await AssertAtMostAsync(RootBytesMax, Roots, async () =>
        {
            var handles = await Client.SubmitManyAsync(Enumerable.Repeat(new Split(0), Roots));
            foreach (var handle in handles)
            {
                Assert.Equal(1, (await handle).Value);
            }
        });
    }

    [Fact]
    public async Task A_hop_of_a_chain_allocates_no_more_than_its_bound()
    {
        await StartAsync(static tasks => tasks.AddHandler<HopHandler>());

        await AssertAtMostAsync(HopBytesMax, Hops, async () =>
        {
            var chain = await Client.SubmitAsync(new Hop(Hops));
            Assert.Equal(Hops, (await chain.TreeAsync()).Succeeded);
        });
    }

    /// <summary>Its message aside, of which there is one.</summary>
    [Fact]
    public async Task A_pending_task_from_outside_holds_no_more_than_its_bound()
    {
        await StartAsync(static tasks => tasks.AddHandler<SplitHandler>().AddHandler<SumHandler>());
        await Control.PausePoolAsync("default");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var handles = await Client.SubmitManyAsync(Enumerable.Repeat(new Split(0), Pending)).WaitAsync(Soon);

        await AssertHeldAsync(PendingRootBytesMax, before);
        await Control.ResumePoolAsync("default");
        foreach (var handle in handles)
        {
            Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        }
    }

    [Fact]
    public async Task A_pending_follow_up_holds_no_more_than_its_bound()
    {
        await StartAsync(static tasks => tasks.AddHandler<SplitHandler>().AddHandler<SumHandler>());
        await Control.PauseTypeAsync("Split");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var tree = await Client.SubmitAsync(new Step(static context => context.Join(Enumerable.Repeat(new Split(0), Pending), Sum.Instance)));
        await UntilAsync(TaskState.Ready, Pending);

        await AssertHeldAsync(PendingFollowUpBytesMax, before);
        await Control.ResumeTypeAsync("Split");
        Assert.Equal(Pending, (await tree.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    private async Task AssertHeldAsync(double bound, long before)
    {
        await Client.ProgressAsync(); // what brought them has been let go
        var measured = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Pending;

        Output?.WriteLine($"{measured:0}, at most {bound:0}");
        Assert.True(measured <= bound, $"{measured:0} bytes per pending task are more than {bound:0}.");
    }

    private async Task AssertAtMostAsync(double bound, int tasks, Func<Task> run)
    {
        await run().WaitAsync(Soon); // tables grow to their size once, and code is compiled
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await run().WaitAsync(Soon);
        var measured = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / tasks;

        Output?.WriteLine($"{measured:0}, at most {bound:0}");
        Assert.True(measured <= bound, $"{measured:0} bytes per task are more than {bound:0}.");
    }

    private sealed record Split(int Depth) : ITask<int>;

    private sealed record Sum : IJoin<int, int>
    {
        public static Sum Instance { get; } = new();
    }

    private sealed record Hop(int Left) : ITask;

    private sealed class SplitHandler : ITaskHandler<Split, int>
    {
        public Ending<int> Handle(Split task, TaskContext context) =>
            task.Depth == 0 ? 1 : context.Join(Enumerable.Repeat(new Split(task.Depth - 1), 10), Sum.Instance);
    }

    private sealed class SumHandler : IJoinHandler<Sum, int, int>
    {
        public Ending<int> Handle(Sum join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context)
        {
            var sum = 0;
            for (var index = 0; index < outcomes.Count; index++)
            {
                sum += outcomes[index].Value;
            }

            return sum;
        }
    }

    private sealed class HopHandler : ITaskHandler<Hop>
    {
        public Ending<Unit> Handle(Hop task, TaskContext context)
        {
            if (task.Left > 1)
            {
                context.Spawn(new Hop(task.Left - 1));
            }

            return context.Done();
        }
    }
}

/// <summary>Specs that count what the whole process does run by themselves.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
