using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>What random histories have found, each as the shortest story that shows it.</summary>
public sealed class CounterexamplesSpec
{
    [Fact]
    public void A_fold_that_has_failed_and_is_cancelled_before_its_step_ends_is_cancelled()
    {
        var world = new LedgerWorld(workers: 2, new() { FoldStepMax = 1 });
        var root = world.Submit();
        var children = world.Children(root, 3);
        var fold = world.EndWithJoin(root, children, isFold: true);
        world.Succeed(children[0]);
        world.FailForGood(children[1]); // the fold has failed; its first step is at work
        Assert.Equal(TaskState.Running, fold.State);

        world.Cancel(root);
        world.EndInterrupted(fold);

        Assert.Equal((TaskState.Cancelled, TaskState.Cancelled), (fold.State, root.State));
        Assert.True(Assert.Single(world.EndedTrees).Root.IsCancelled);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_that_tells_of_a_cancelled_sibling_tells_the_truth_although_the_siblings_fold_had_failed()
    {
        var world = new LedgerWorld(workers: 3, new() { FoldStepMax = 1 });
        var root = world.Submit();
        var children = world.Children(root, 2);
        var join = world.EndWithJoin(root, children, JoinPolicy.FirstSuccess);
        var grandchildren = world.Children(children[0], 2);
        var fold = world.EndWithJoin(children[0], grandchildren, isFold: true);
        world.Succeed(grandchildren[0]);
        world.FailForGood(grandchildren[1]);
        world.Succeed(children[1]);

        world.EndInterrupted(fold);

        Assert.True(join.Outcomes![0]!.IsCancelled);
        Assert.Equal(TaskState.Cancelled, children[0].State);
    }

    [Fact]
    public void A_report_that_comes_a_second_time_does_not_put_off_a_timeout()
    {
        var timeout = TimeSpan.FromSeconds(30);
        var world = new LedgerWorld(timeout: timeout);
        world.MakeWorkShort();
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.Succeed(root, 0, children);
        var assignment = world.AssignmentOf(children[0]);
        var givenBack = world.Ended(children[1], EndKind.GivenBack);
        world.Report(assignment, TimeSpan.Zero, givenBack); // the first hangs: from now on its time is known
        world.Ledger.Close(); // so that the one given back stays where it is

        world.Advance(timeout / 2);
        world.Report(assignment, TimeSpan.Zero, givenBack);
        world.Report(assignment, null, givenBack);
        world.Advance(timeout / 2);

        Assert.Equal(["root.0: Timeout"], world.CancelledRuns);
    }

    [Fact]
    public void A_worker_that_says_a_second_time_that_it_is_ready_gets_no_second_assignment()
    {
        var world = new LedgerWorld(workers: 1);
        var first = world.Submit("first");
        var second = world.Submit("second");

        world.Renew(world.Workers[0]);
        Assert.Equal((TaskState.Running, TaskState.Ready), (first.State, second.State));

        world.Succeed(first);
        world.Renew(world.Workers[0]);
        world.Succeed(second);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void An_attempt_that_has_timed_out_has_failed_although_its_worker_is_lost_before_it_ends()
    {
        var timeout = TimeSpan.FromSeconds(30);
        var world = new LedgerWorld(workers: 2, timeout: timeout);
        var root = world.Submit();
        world.Advance(timeout);

        world.Lose(world.AssignmentOf(root).Worker);

        Assert.Equal(FailureKind.Timeout, Assert.Single(world.EndedRoots).Failure!.Kind);
        world.AssertNothingIsLeft();
    }
}
