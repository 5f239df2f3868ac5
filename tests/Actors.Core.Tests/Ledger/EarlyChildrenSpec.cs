using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>Children that became real while their parent ran, and children that no join looks at.</summary>
public sealed class EarlyChildrenSpec
{
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
    public void Of_several_children_that_failed_before_their_join_was_made_the_first_in_place_is_the_failure_of_the_join()
    {
        var world = new LedgerWorld(workers: 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var first = world.SpawnNow(root);
        world.FailForGood(first);
        world.Fail(root);
        var second = world.SpawnNow(root, ordinal: 1);
        world.FailForGood(second);
        var again = new TaskRecord(first.Id, world.Work, new Job("again"), root.Path, null);
        var join = world.NewJoin(root, [again, second], early: [second]);
        world.EndWith(root, join, again);

        Assert.Equal(first.Id, Assert.Single(world.EndedRoots).Failure!.TaskId);
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
}
