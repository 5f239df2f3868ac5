using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class EndingsSpec
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

    [Fact]
    public void A_child_that_ends_before_its_join_is_made_feeds_it_all_the_same()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var early = world.SpawnNow(root);
        var other = world.Child(root, 0);
        world.Succeed(early, 7);

        var join = world.NewJoin(root, [early, other], early: [early]);
        world.EndWith(root, join, other);
        Assert.Equal(TaskState.Waiting, join.State);
        world.Succeed(other, 8);

        Assert.Equal([7, 8], join.Outcomes!.Select(static outcome => outcome!.UntypedValue));
        world.Succeed(join);
        Assert.Equal(TaskState.Succeeded, Assert.Single(world.EndedTrees).State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_of_nothing_but_children_that_have_ended_runs_at_once()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var early = world.SpawnNow(root);
        world.Succeed(early, 7);
        var join = world.NewJoin(root, [early], early: [early]);
        world.EndWith(root, join);

        Assert.Equal(TaskState.Running, join.State);
        Assert.Equal(7, Assert.Single(join.Outcomes!)!.UntypedValue);
    }

    [Fact]
    public void A_child_that_runs_when_its_join_is_made_feeds_it_when_it_ends()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var early = world.SpawnNow(root);
        var join = world.NewJoin(root, [early], early: [early]);
        world.EndWith(root, join);
        Assert.Equal(TaskState.Waiting, join.State);
        world.Succeed(early, 7);

        Assert.Equal(7, Assert.Single(join.Outcomes!)!.UntypedValue);
    }

    [Fact]
    public void The_second_attempt_joins_what_the_first_spawned_now()
    {
        var world = new LedgerWorld(workers: 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var early = world.SpawnNow(root);
        world.Succeed(early, 7);
        world.Fail(root);
        var again = world.SpawnNow(root);
        var join = world.NewJoin(root, [again], early: [again]);
        world.EndWith(root, join);

        Assert.Equal(7, Assert.Single(join.Outcomes!)!.UntypedValue);
        world.Succeed(join);
        Assert.Equal(3, Assert.Single(world.EndedTrees).Tasks);
    }

    [Fact]
    public void A_key_under_which_an_earlier_attempt_spawned_now_names_the_same_child_in_an_ordinary_spawn()
    {
        var world = new LedgerWorld(workers: 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var early = world.SpawnNow(root);
        world.Fail(root);
        var again = new TaskRecord(early.Id, world.Work, new Job("again"), root.Path, null);
        var join = world.EndWithJoin(root, [again]);
        Assert.Null(again.Tree);
        world.Succeed(early, 7);

        Assert.Equal(7, Assert.Single(join.Outcomes!)!.UntypedValue);
    }

    [Fact]
    public void The_first_success_may_have_come_before_its_join_was_made()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var early = world.SpawnNow(root);
        world.Succeed(early, 7);
        var other = world.Child(root, 0);
        var join = world.NewJoin(root, [other, early], JoinPolicy.FirstSuccess, early: [early]);
        world.EndWith(root, join, other);

        Assert.Equal((TaskState.Running, TaskState.Cancelled, 0), (join.State, other.State, other.Run));
        Assert.Equal([TaskState.Cancelled, TaskState.Succeeded], join.Outcomes!.Select(static outcome => outcome!.State));
    }

    [Fact]
    public void A_failure_that_came_before_its_join_was_made_is_joined()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var early = world.SpawnNow(root);
        world.Fail(early);
        var join = world.NewJoin(root, [early], JoinPolicy.Collect, early: [early]);
        world.EndWith(root, join);
        world.Succeed(join);

        var tree = Assert.Single(world.EndedTrees);
        Assert.Equal((TaskState.Succeeded, 0L, null), (tree.State, tree.UnjoinedFailures, tree.FirstFailure));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_failure_that_no_join_looked_at_counts_however_its_spawner_ended(bool succeeds)
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var child = world.Child(root, 0);
        world.Succeed(root, 0, child);
        var early = world.SpawnNow(child);
        world.Fail(early, "early");
        if (succeeds)
        {
            world.Succeed(child);
        }
        else
        {
            world.Cancel(child);
            world.EndInterrupted(child);
        }

        var tree = Assert.Single(world.EndedTrees);
        Assert.Equal((TaskState.Failed, 1L, "early"), (tree.State, tree.UnjoinedFailures, tree.FirstFailure!.Message));
    }

    [Fact]
    public void A_failure_that_no_join_looked_at_fails_the_tree_and_not_its_root()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 3);
        world.Succeed(root, 42, children);
        world.Fail(children[0], "one");
        world.Fail(children[1], "two");
        world.Succeed(children[2]);

        var tree = Assert.Single(world.EndedTrees);
        Assert.Equal((TaskState.Failed, TaskState.Succeeded, 2L, "one"), (tree.State, tree.Root.State, tree.UnjoinedFailures, tree.FirstFailure!.Message));
    }

    [Fact]
    public void Children_of_a_join_that_was_made_and_not_ended_with_are_unjoined()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 2);
        var join = world.NewJoin(root, children);
        world.Succeed(root, 0, children);
        world.Fail(children[0]);
        world.Succeed(children[1]);

        Assert.Equal((null, 0), (join.Tree, join.Succeeded + join.NotSucceeded));
        Assert.Equal(1, Assert.Single(world.EndedTrees).UnjoinedFailures);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Children_of_another_join_than_the_one_that_ended_the_attempt_are_unjoined()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.NewJoin(root, [children[0]]);
        var last = world.NewJoin(root, [children[1]]);
        world.EndWith(root, last, children);
        world.Fail(children[0]);
        world.Succeed(children[1]);
        world.Succeed(last);

        Assert.Equal((TaskState.Failed, TaskState.Succeeded), Assert.Single(world.EndedTrees) is var tree ? (tree.State, tree.Root.State) : default);
    }

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

    [Fact]
    public void A_completion_task_runs_once_after_all_others_and_its_follow_ups_belong_to_the_tree()
    {
        var world = new LedgerWorld();
        var root = world.Submit(completes: true);
        var child = world.Child(root, 0);
        world.Succeed(root, 0, child);
        Assert.Equal([child], world.Ledger.LiveTasks);
        world.Succeed(child);

        var completion = Assert.Single(world.Ledger.LiveTasks);
        Assert.Equal(("completion", TaskState.Running), (LedgerWorld.NameOf(completion), completion.State));
        Assert.Empty(world.EndedTrees);
        var last = world.Child(completion, 0);
        world.Succeed(completion, 0, last);
        Assert.Empty(world.EndedTrees);
        world.Succeed(last);

        Assert.Equal(4, Assert.Single(world.EndedTrees).Succeeded);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_completion_task_runs_for_a_tree_that_failed()
    {
        var world = new LedgerWorld();
        world.Fail(world.Submit(completes: true));
        world.Succeed(world.Running.Single());

        Assert.Equal((TaskState.Failed, 1L), Assert.Single(world.EndedTrees) is var tree ? (tree.State, tree.Succeeded) : default);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_completion_task_runs_for_a_tree_that_was_cancelled()
    {
        var world = new LedgerWorld();
        var root = world.Submit(completes: true);
        world.CancelTree(root);
        world.EndInterrupted(root);
        world.Succeed(world.Running.Single());

        Assert.Equal((TaskState.Cancelled, 1L), Assert.Single(world.EndedTrees) is var tree ? (tree.State, tree.Succeeded) : default);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_completion_task_that_is_cancelled_itself_ends_the_tree()
    {
        var world = new LedgerWorld();
        var root = world.Submit(completes: true);
        world.Succeed(root);
        world.CancelTree(root);
        world.EndInterrupted(world.Running.Single());

        Assert.Equal(1, Assert.Single(world.EndedTrees).Cancelled);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_completion_task_that_fails_fails_the_tree()
    {
        var world = new LedgerWorld();
        world.Succeed(world.Submit(completes: true));
        world.Fail(world.Running.Single());

        Assert.Equal((TaskState.Failed, TaskState.Succeeded), Assert.Single(world.EndedTrees) is var tree ? (tree.State, tree.Root.State) : default);
    }

    [Fact]
    public void A_tree_ends_after_the_last_of_its_tasks_and_its_root_long_before()
    {
        var world = new LedgerWorld();
        var task = world.Submit();
        for (var step = 0; step < 1_000; step++)
        {
            var next = world.Child(task, 0, "next");
            world.Succeed(task, 0, next);
            task = next;
            Assert.Single(world.EndedRoots);
            Assert.Empty(world.EndedTrees);
        }

        world.Succeed(task);
        Assert.Equal(1_001, Assert.Single(world.EndedTrees).Tasks);
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
