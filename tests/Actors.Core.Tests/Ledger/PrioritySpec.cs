using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class PrioritySpec
{
    private readonly LedgerWorld _world = new();

    [Fact]
    public void A_task_is_as_urgent_as_who_spawned_it_and_so_are_its_follow_ups_joins_and_completion()
    {
        var root = _world.Submit("root", new SpawnOptions { Priority = 8 }, completes: true);
        var child = _world.Child(root, 0);
        var join = _world.EndWithJoin(root, [child]);
        Assert.Equal((8, 8, 8), (root.Priority, child.Priority, join.Priority));

        var early = _world.SpawnNow(child);
        var told = _world.Tell(child)!;
        var grandchild = _world.Child(child, 1, options: new SpawnOptions { Priority = 2 });
        _world.Succeed(child, 0, grandchild);
        Assert.Equal((8, 8, 2), (early.Priority, told.Priority, grandchild.Priority));

        _world.Finish();
        Assert.Empty(_world.Ledger.LiveTasks);
        Assert.Equal(8, _world.Effects.OfType<Assignment>().Last().Tasks[0].Task.Priority); // the completion task
    }

    [Fact]
    public void What_a_type_says_goes_before_the_parent_and_what_the_task_says_before_both()
    {
        var urgent = new TaskType<int>(0, "work", 0) { Priority = 7 };
        var plain = new TaskRecord(TaskId.FromKey("a"), urgent, new Job("a"), null, null);
        var own = new TaskRecord(TaskId.FromKey("b"), urgent, new Job("b"), null, new SpawnOptions { Priority = 0 });
        plain.SetPriority(3);
        own.SetPriority(3);

        Assert.Equal((7, 0), (plain.Priority, own.Priority));
        Assert.False(urgent.MayRunAhead);
        Assert.True(_world.Work.MayRunAhead);
    }

    [Fact]
    public void The_most_urgent_is_next_though_it_came_last()
    {
        var running = _world.Submit("running");
        _world.Submit("low", new SpawnOptions { Priority = 1 });
        _world.Submit("usual");
        _world.Submit("high", new SpawnOptions { Priority = 9 });
        _world.Finish();

        Assert.Equal(["running", "high", "usual", "low"], Order());
        Assert.Equal(5, running.Priority);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_tree_of_ten_is_not_held_up_by_one_of_ten_thousand_of_the_same_priority()
    {
        var world = new LedgerWorld { Recounts = false };
        var large = world.Submit("large");
        world.Succeed(large, 0, world.Children(large, 10_000));
        var small = world.Submit("small");
        world.Succeed(world.Running.Single()); // of the large one,
        world.Succeed(world.Running.Single()); // whose turn it was already
        world.Succeed(small, 0, world.Children(small, 9));
        for (var turn = 0; turn < 20; turn++)
        {
            world.Succeed(world.Running.Single());
        }

        Assert.DoesNotContain(world.Ledger.Trees, tree => tree.Root == small);
        Assert.True(world.Ledger.Tally.Live > 9_900);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void A_priority_is_from_0_to_9(int priority) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions { Priority = priority });

    private string[] Order() => [.. _world.Effects.OfType<Assignment>().SelectMany(LedgerWorld.NamesOf)];
}
