using Actors.Benchmarks.Micro;
using Xunit.Abstractions;

namespace Actors.Tests.Allocation;

/// <summary>
/// What the ledger allocates and how many steps it takes, per task. No times: these figures are the same on every machine. The bounds are what it
/// takes today with a little room; whoever makes it take less tightens them.
/// </summary>
public sealed class LedgerAllocationSpec(ITestOutputHelper output)
{
    private const double RootBytesMax = 700;
    private const double HopBytesMax = 545;
    private const double TreeBytesMax = 245;
    private const double JoinedTreeBytesMax = 290;
    private const double TreeReportsMax = 0.02;

    /// <summary>A chunk of 64 brings ten children each, on each of five levels.</summary>
    private const double LiveMax = 64 * 10 * 5;

    [Fact]
    public void A_root_allocates_no_more_than_its_bound() => AssertAtMost(RootBytesMax, BytesPerTask(1, static worker => worker.RunOne()));

    [Fact]
    public void A_hop_of_a_chain_allocates_no_more_than_its_bound() => AssertAtMost(HopBytesMax, BytesPerTask(1_000, static worker => worker.RunChain(1_000)));

    [Fact]
    public void A_task_of_a_tree_allocates_no_more_than_its_bound() => AssertAtMost(TreeBytesMax, BytesPerTask(11_111, static worker => worker.RunTree(10, 4)));

    [Fact]
    public void A_task_of_a_tree_with_joins_allocates_no_more_than_its_bound() =>
        AssertAtMost(JoinedTreeBytesMax, BytesPerTask(11_111, static worker => worker.RunJoinedTree(10, 4)));

    [Fact]
    public void A_task_of_a_tree_ten_times_as_large_allocates_no_more()
    {
        var small = BytesPerTask(11_111, static worker => worker.RunJoinedTree(10, 4));
        var large = BytesPerTask(111_111, static worker => worker.RunJoinedTree(10, 5));

        AssertAtMost(small * 1.03, large);
    }

    [Fact]
    public void Short_tasks_share_their_steps()
    {
        var worker = new StandInWorker();
        worker.RunJoinedTree(10, 4);

        AssertAtMost(TreeReportsMax, (double)worker.Reports / worker.Ended);
    }

    [Fact]
    public void What_is_live_at_once_grows_with_the_depth_of_a_tree_and_not_with_its_size()
    {
        var worker = new StandInWorker();
        worker.RunJoinedTree(10, 5);

        Assert.Equal(111_111 + 11_111, worker.Ended);
        AssertAtMost(LiveMax, worker.LiveMax);
    }

    private static double BytesPerTask(int tasks, Action<StandInWorker> run)
    {
        var worker = new StandInWorker();
        run(worker); // tables grow to their size once
        var before = GC.GetAllocatedBytesForCurrentThread();
        run(worker);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / tasks;
    }

    private void AssertAtMost(double bound, double measured)
    {
        output.WriteLine($"{measured:0.000}, at most {bound:0.000}");
        Assert.True(measured <= bound, $"{measured:0.000} is more than {bound:0.000}.");
        Assert.True(measured > 0);
    }
}
