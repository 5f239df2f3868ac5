using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>When a join fires, with what, and what it does to its children and its owner.</summary>
public sealed class JoinsSpec
{
    [Fact]
    public void A_join_runs_when_its_last_child_has_ended_and_its_result_is_its_owner_s()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 3);
        var join = world.EndWithJoin(root, children);
        Assert.Equal((TaskState.Joining, TaskState.Waiting), (root.State, join.State));

        world.Succeed(children[0], 10);
        world.Succeed(children[1], 11);
        Assert.Equal(TaskState.Waiting, join.State);
        world.Succeed(children[2], 12);
        Assert.Equal(TaskState.Running, join.State);
        Assert.Equal([10, 11, 12], join.Outcomes!.Select(static outcome => outcome!.UntypedValue));
        world.Succeed(join, 33);

        Assert.Equal(TaskState.Succeeded, root.State);
        Assert.Equal(33, Assert.Single(world.EndedRoots).UntypedValue);
        Assert.Equal(5, Assert.Single(world.EndedTrees).Succeeded);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Outcomes_stand_at_their_children_s_places_in_whichever_order_they_come()
    {
        var world = new LedgerWorld(workers: 3);
        var root = world.Submit();
        var children = world.Children(root, 3);
        var join = world.EndWithJoin(root, children);
        world.Succeed(children[2], 12);
        world.Succeed(children[0], 10);
        world.Succeed(children[1], 11);

        Assert.Equal([10, 11, 12], join.Outcomes!.Select(static outcome => outcome!.UntypedValue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_join_of_nothing_runs_at_once(bool isFold)
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var join = world.EndWithJoin(root, [], isFold: isFold);

        Assert.Equal(TaskState.Running, join.State);
        Assert.Equal((isFold, 0), (join.IsLastStep, isFold ? join.Step!.Length : join.Outcomes!.Length));
        world.Succeed(join);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_join_of_one_runs_when_that_one_has_ended(bool isFold)
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0);
        var join = world.EndWithJoin(root, [child], isFold: isFold);
        world.Succeed(child);

        Assert.Equal(TaskState.Running, join.State);
        world.Succeed(join);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_of_all_fails_with_the_first_failure_and_cancels_the_others()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var children = world.Children(root, 4);
        var join = world.EndWithJoin(root, children);
        world.Fail(children[1], "first");

        Assert.Equal([TaskState.Running, TaskState.Failed, TaskState.Cancelled, TaskState.Cancelled], children.Select(static child => child.State));
        Assert.Equal(["root.0: Cancel"], world.CancelledRuns);
        Assert.Equal((TaskState.Failed, TaskState.Failed, 0), (join.State, root.State, join.Run));
        var failure = Assert.Single(world.EndedRoots).Failure!;
        Assert.Equal(("first", children[1].Id), (failure.Message, failure.TaskId));
        Assert.Empty(world.EndedTrees);
        world.Succeed(children[0]);
        Assert.Equal((0L, 3L, 3L), Assert.Single(world.EndedTrees) is var tree ? (tree.Succeeded, tree.Failed, tree.Cancelled) : default);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_of_all_fails_when_a_child_is_cancelled()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.EndWithJoin(root, children);
        world.Cancel(children[1]);
        world.EndInterrupted(children[0]);

        Assert.Equal(FailureKind.Join, Assert.Single(world.EndedRoots).Failure!.Kind);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_that_collects_sees_every_outcome()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 3);
        var join = world.EndWithJoin(root, children, JoinPolicy.Collect);
        world.Cancel(children[2]);
        world.Fail(children[0]);
        world.Succeed(children[1], 7);

        Assert.Equal([TaskState.Failed, TaskState.Succeeded, TaskState.Cancelled], join.Outcomes!.Select(static outcome => outcome!.State));
        world.Succeed(join, 1);
        Assert.Equal((TaskState.Succeeded, 0L), Assert.Single(world.EndedTrees) is var tree ? (tree.State, tree.UnjoinedFailures) : default);
    }

    [Fact]
    public void A_quorum_fires_with_enough_successes_and_cancels_the_others()
    {
        var world = new LedgerWorld(workers: 3);
        var root = world.Submit();
        var children = world.Children(root, 5);
        var join = world.EndWithJoin(root, children, JoinPolicy.Quorum(2));
        world.Fail(children[0]);
        world.Succeed(children[1], 11);
        Assert.Equal(TaskState.Waiting, join.State);
        world.Succeed(children[2], 12);

        Assert.Equal(
            [TaskState.Failed, TaskState.Succeeded, TaskState.Succeeded, TaskState.Cancelled, TaskState.Cancelled],
            join.Outcomes!.Select(static outcome => outcome!.State));
        world.Succeed(children[3], 13);
        world.EndInterrupted(children[4]);
        world.Succeed(join, 23);
        Assert.Equal((TaskState.Cancelled, TaskState.Cancelled, TaskState.Succeeded), (children[3].State, children[4].State, root.State));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_quorum_fails_as_soon_as_too_few_are_left()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 3);
        world.EndWithJoin(root, children, JoinPolicy.Quorum(2));
        world.Fail(children[0], "first");
        world.Fail(children[1], "second");

        Assert.Equal(TaskState.Cancelled, children[2].State);
        Assert.Equal("first", Assert.Single(world.EndedRoots).Failure!.Message);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_quorum_of_more_than_there_are_fails_at_once(int count)
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, count);
        var join = world.EndWithJoin(root, children, JoinPolicy.Quorum(2));

        Assert.All(children, static child => Assert.Equal((TaskState.Cancelled, 0), (child.State, child.Run)));
        Assert.Equal((TaskState.Failed, 0), (join.State, join.Run));
        Assert.Equal(FailureKind.Join, Assert.Single(world.EndedRoots).Failure!.Kind);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_that_fires_early_cancels_what_is_below_its_other_children_too()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.EndWithJoin(root, children, JoinPolicy.FirstSuccess);
        var below = world.Children(children[0], 2);
        var inner = world.EndWithJoin(children[0], below);
        world.Succeed(children[1]);

        Assert.Equal((TaskState.Cancelled, TaskState.Cancelled, TaskState.Cancelled), (inner.State, children[0].State, below[1].State));
        Assert.Equal(["root.0.0: Cancel"], world.CancelledRuns);
    }

    [Fact]
    public void A_child_that_was_told_to_end_cannot_change_a_join_that_has_fired()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var children = world.Children(root, 2);
        var join = world.EndWithJoin(root, children, JoinPolicy.FirstSuccess);
        world.Succeed(children[0], 1);
        world.Succeed(children[1], 2);

        Assert.Equal(1, join.Succeeded);
        Assert.Equal([TaskState.Succeeded, TaskState.Cancelled], join.Outcomes!.Select(static outcome => outcome!.State));
    }

    [Fact]
    public void A_join_that_fails_fails_its_owner()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var join = world.EndWithJoin(root, []);
        world.Fail(join, "cannot add");

        Assert.Equal(("cannot add", TaskState.Failed), (Assert.Single(world.EndedRoots).Failure!.Message, root.State));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_is_retried_with_the_same_outcomes()
    {
        var world = new LedgerWorld(retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var child = world.Child(root, 0);
        var join = world.EndWithJoin(root, [child]);
        world.Succeed(child, 5);
        world.Fail(join);

        Assert.Equal((TaskState.Running, 2), (join.State, join.Attempt));
        Assert.Equal(5, Assert.Single(join.Outcomes!)!.UntypedValue);
        world.Succeed(join, 6);
        Assert.Equal(6, Assert.Single(world.EndedRoots).UntypedValue);
    }

    [Fact]
    public void A_join_may_end_with_a_join()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var first = world.EndWithJoin(root, []);
        var child = world.Child(first, 0);
        var second = world.EndWithJoin(first, [child]);
        world.Succeed(child);
        world.Succeed(second, 9);

        Assert.Equal(9, Assert.Single(world.EndedRoots).UntypedValue);
        Assert.Equal(4, Assert.Single(world.EndedTrees).Succeeded);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100_000)]
    public void Joins_nest_to_any_depth_and_end_without_recursion(int depth)
    {
        var world = new LedgerWorld { Recounts = false, KeepsEffects = false };
        var root = world.Submit();
        List<JoinRecord> joins = [];
        var task = root;
        for (var level = 0; level < depth; level++)
        {
            var child = world.Child(task, 0, "child");
            joins.Add(world.EndWithJoin(task, [child]));
            task = child;
        }

        world.Succeed(task);
        for (var level = depth - 1; level >= 0; level--)
        {
            world.Succeed(joins[level]);
        }

        Assert.Equal(TaskState.Succeeded, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_failure_below_100_000_joins_reaches_the_root_in_one_step()
    {
        var (world, root, leaf) = Nested(100_000);
        world.Fail(leaf, "deep");

        Assert.Equal(TaskState.Failed, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Cancelling_reaches_the_leaf_below_100_000_joins_in_one_step()
    {
        var (world, root, leaf) = Nested(100_000);
        world.Cancel(root);
        world.EndInterrupted(leaf);

        Assert.Equal((TaskState.Cancelled, TaskState.Cancelled), (root.State, leaf.State));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_chain_of_100_000_joins_that_end_with_joins_ends_in_one_step()
    {
        var world = new LedgerWorld { Recounts = false, KeepsEffects = false };
        var root = world.Submit();
        var task = root;
        for (var level = 0; level < 100_000; level++)
        {
            task = world.EndWithJoin(task, []);
        }

        world.Succeed(task);

        Assert.Equal(TaskState.Succeeded, root.State);
        world.AssertNothingIsLeft();
    }


    private static (LedgerWorld World, TaskRecord Root, TaskRecord Leaf) Nested(int depth)
    {
        var world = new LedgerWorld { Recounts = false, KeepsEffects = false };
        var root = world.Submit();
        var task = root;
        for (var level = 0; level < depth; level++)
        {
            var child = world.Child(task, 0, "child");
            world.EndWithJoin(task, [child]);
            task = child;
        }

        return (world, root, task);
    }
}
