using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>Joins that take outcomes as they come.</summary>
public sealed class FoldsSpec
{
    [Fact]
    public void A_fold_takes_outcomes_in_steps_and_ends_with_the_last()
    {
        var (world, root, children, fold) = Folding(5, 2);
        world.Succeed(children[0], 1);
        Assert.Equal(TaskState.Waiting, fold.State);
        world.Succeed(children[1], 2);
        AssertStep(fold, null, isLast: false, 1, 2);
        world.Fold(fold, "1 2");

        world.Succeed(children[2], 3);
        world.Succeed(children[3], 4);
        AssertStep(fold, "1 2", isLast: false, 3, 4);
        world.Fold(fold, "1 2 3 4");

        world.Succeed(children[4], 5);
        AssertStep(fold, "1 2 3 4", isLast: true, 5);
        world.Succeed(fold, 15);
        Assert.Equal(15, Assert.Single(world.EndedRoots).UntypedValue);
        Assert.Equal(TaskState.Succeeded, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_arrives_while_a_step_runs_is_for_the_next()
    {
        var (world, _, children, fold) = Folding(4, 2, workers: 3);
        world.Succeed(children[0], 1);
        world.Succeed(children[1], 2);
        Assert.Equal(TaskState.Running, fold.State);
        world.Succeed(children[2], 3);
        world.Succeed(children[3], 4);
        AssertStep(fold, null, isLast: false, 1, 2);

        world.Fold(fold, "so far");

        AssertStep(fold, "so far", isLast: true, 3, 4);
    }

    [Fact]
    public void A_fold_that_is_decided_while_a_step_runs_takes_the_rest_in_its_last()
    {
        var (world, _, children, fold) = Folding(2, 1, JoinPolicy.Collect, workers: 2);
        world.Succeed(children[0], 1);
        Assert.Equal(TaskState.Running, fold.State);
        world.Succeed(children[1], 2);
        world.Fold(fold, "one");

        AssertStep(fold, "one", isLast: true, 2);
    }

    [Fact]
    public void A_fold_of_a_quorum_takes_what_came_before_it_was_decided()
    {
        var (world, _, children, fold) = Folding(4, 8, JoinPolicy.Quorum(2));
        world.Succeed(children[0], 1);
        world.Succeed(children[1], 2);

        AssertStep(fold, null, isLast: true, 1, 2);
        Assert.All(children[2..], static child => Assert.Equal(TaskState.Cancelled, child.State));
    }

    [Fact]
    public void A_step_that_fails_is_run_again_from_the_state_before_it()
    {
        var (world, _, children, fold) = Folding(4, 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        world.Succeed(children[0], 1);
        world.Succeed(children[1], 2);
        world.Fold(fold, "first");
        world.Succeed(children[2], 3);
        world.Succeed(children[3], 4);
        world.Fail(fold);

        Assert.Equal(2, fold.Attempt);
        AssertStep(fold, "first", isLast: true, 3, 4);
        world.Succeed(fold);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Each_step_of_a_fold_has_its_own_attempts()
    {
        var (world, root, children, fold) = Folding(6, 1, retry: new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.Zero });
        foreach (var child in children[..^1])
        {
            world.Succeed(child);
            world.Fail(fold);
            world.Fold(fold, "on");
        }

        world.Succeed(children[^1]);
        world.Fail(fold);
        world.Succeed(fold);
        Assert.Equal(TaskState.Succeeded, root.State);
    }

    [Fact]
    public void A_fold_that_fails_while_a_step_runs_ends_when_that_step_does()
    {
        var (world, root, children, fold) = Folding(4, 2, workers: 3);
        world.Succeed(children[0], 1);
        world.Succeed(children[1], 2);
        world.Fail(children[2], "no use");

        Assert.Equal(["root.join: Cancel", "root.3: Cancel"], world.CancelledRuns.OrderDescending());
        Assert.Equal((TaskState.Running, TaskState.Joining), (fold.State, root.State));
        world.Fold(fold, "late");
        Assert.Equal((TaskState.Failed, "no use"), (root.State, Assert.Single(world.EndedRoots).Failure!.Message));
        world.EndInterrupted(children[3]);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_fold_that_fails_between_two_steps_fails_at_once()
    {
        var (world, root, children, fold) = Folding(4, 2);
        world.Succeed(children[0]);
        world.Fail(children[1], "no use");

        Assert.Equal((TaskState.Failed, TaskState.Failed), (fold.State, root.State));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_step_that_fails_for_good_cancels_the_children_that_have_not_ended()
    {
        var (world, root, children, fold) = Folding(4, 1);
        world.Succeed(children[0]);
        world.FailForGood(fold);

        Assert.Equal((TaskState.Failed, TaskState.Failed), (fold.State, root.State));
        Assert.DoesNotContain(children[1..], child => child.State is TaskState.Ready or TaskState.Scheduled);
        foreach (var running in world.Running.ToArray())
        {
            world.EndInterrupted(running);
        }

        world.AssertNothingIsLeft();
        Assert.Equal(3, Assert.Single(world.EndedTrees).Cancelled);
    }

    [Fact]
    public void A_join_that_is_cancelled_by_its_own_id_cancels_what_it_joins()
    {
        var (world, root, children, fold) = Folding(4, 4);
        world.Succeed(children[0]);
        world.Cancel(fold);

        Assert.Equal((TaskState.Cancelled, TaskState.Cancelled), (fold.State, root.State));
        foreach (var running in world.Running.ToArray())
        {
            world.EndInterrupted(running);
        }

        world.AssertNothingIsLeft();
        Assert.Equal(3 + 2, Assert.Single(world.EndedTrees).Cancelled);
    }

    [Fact]
    public void A_fold_that_fails_while_a_step_waits_for_its_retry_fails_at_once()
    {
        var (world, root, children, fold) = Folding(4, 1, workers: 2, retry: RetryPolicy.Default);
        world.Succeed(children[0]);
        world.Fail(fold);
        Assert.Equal(TaskState.Scheduled, fold.State);
        world.FailForGood(children[1]);

        Assert.Equal((TaskState.Failed, TaskState.Failed), (fold.State, root.State));
        world.EndInterrupted(world.Running.Single());
        world.AssertNothingIsLeft();
    }


    private static (LedgerWorld World, TaskRecord Root, TaskRecord[] Children, JoinRecord Fold) Folding(
        int children, int stepMax, JoinPolicy? policy = null, int workers = 1, RetryPolicy? retry = null)
    {
        var world = new LedgerWorld(workers, new LedgerSettings { FoldStepMax = stepMax }, retry);
        var root = world.Submit();
        var records = world.Children(root, children);
        var fold = world.EndWithJoin(root, records, policy, isFold: true);
        return (world, root, records, fold);
    }

    private static void AssertStep(JoinRecord fold, object? state, bool isLast, params int[] values)
    {
        Assert.Equal(TaskState.Running, fold.State);
        Assert.Equal((state, isLast), (fold.FoldState, fold.IsLastStep));
        Assert.Equal(values, fold.Step!.Select(static outcome => (int)outcome.UntypedValue!));
    }
}
