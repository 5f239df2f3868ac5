using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>The end of a tree, and the task that runs then.</summary>
public sealed class CompletionSpec
{
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
}
