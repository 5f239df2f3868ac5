using Actors.Admission;
using Actors.Ledger;

namespace Actors.Core.Tests.Admission;

public sealed class OrderSpec
{
    private static readonly OrderRule Order = new("account");

    [Fact]
    public void The_next_starts_when_the_one_before_has_succeeded_or_failed_for_good()
    {
        var world = new GatedWorld();
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order), retry: RetryPolicy.Default with { MaxAttempts = 2 });
        world.AddWorkers(10);
        var first = world.Submit(charge, "first", account: "a");
        world.Submit(charge, "second", account: "a");
        var third = world.Submit(charge, "third", account: "a");
        world.Submit(charge, "other", account: "b");
        world.Submit(charge, "none");
        Assert.Equal(["first", "none", "other"], world.RunningNames);
        world.Fail(first);
        Assert.Equal(["none", "other"], world.RunningNames);
        world.Advance(TimeSpan.FromHours(1));
        world.PutOff(first, TimeSpan.FromHours(1));
        world.Cancel(third);
        world.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["first", "none", "other"], world.RunningNames);
        world.Fail(first);
        Assert.Equal(TaskState.Failed, first.State);
        Assert.Equal(["none", "other", "second"], world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void One_that_is_not_due_yet_holds_its_place()
    {
        var world = new GatedWorld();
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order));
        world.AddWorkers(10);
        world.Submit(charge, "first", account: "a", options: new SpawnOptions { Delay = TimeSpan.FromHours(1) });
        world.Submit(charge, "second", account: "a");
        Assert.Empty(world.Started);
        world.Finish();
        Assert.Equal(["first", "second"], world.Started);
        world.AssertNothingIsLeft();
    }

    /// <summary>It would have to end before those that it waits for.</summary>
    [Fact]
    public void A_join_takes_its_place_when_it_fires()
    {
        var world = new GatedWorld();
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order));
        var plain = world.Type("plain");
        world.AddWorkers(3);
        var root = world.Submit(plain, "root");
        var child = world.Child(root, 0, charge, "child", account: "a");
        world.Join(root, charge, "a", child);
        Assert.Equal(["child"], world.RunningNames);
        world.Submit(charge, "other", account: "a");
        world.Succeed(child);
        Assert.Equal(["other"], world.RunningNames); // which became real before the join had fired
        world.Finish();
        Assert.Equal(["root", "child", "other", "join"], world.Started);
        world.AssertNothingIsLeft();
    }

    /// <summary>Between its steps it waits for others, which might stand behind it.</summary>
    [Fact]
    public void A_fold_has_a_place_for_each_of_its_steps()
    {
        var world = new GatedWorld { Settings = new LedgerSettings { FoldStepMax = 1 } };
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order));
        var plain = world.Type("plain");
        world.AddWorkers(3);
        var root = world.Submit(plain, "root");
        var (first, second) = (world.Child(root, 0, plain, "first"), world.Child(root, 1, charge, "second", account: "a"));
        var holder = world.Submit(charge, "holder", account: "a");
        var fold = world.Fold(root, charge, "a", first, second);
        world.Succeed(first);
        world.Succeed(holder);
        world.Succeed(second);
        Assert.Equal(["fold"], world.RunningNames);
        world.End(fold, EndKind.Folded, 1);
        Assert.Equal(["fold"], world.RunningNames);
        world.Succeed(fold);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Follow_ups_keep_the_order_in_which_they_were_spawned()
    {
        var world = new GatedWorld();
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order));
        var plain = world.Type("plain");
        world.AddWorkers(3);
        var root = world.Submit(plain, "root");
        world.Succeed(root, [.. Enumerable.Range(0, 5).Select(number => world.Child(root, number, charge, $"{number}", account: "a"))]);
        world.Submit(charge, "later", account: "a");
        world.Finish();
        Assert.Equal(["root", "0", "1", "2", "3", "4", "later"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_task_that_joins_makes_way_so_that_its_own_children_can_follow_it()
    {
        var world = new GatedWorld();
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order));
        var join = world.Type("join");
        world.AddWorkers(3);
        var root = world.Submit(charge, "root", account: "a");
        world.Submit(charge, "second", account: "a");
        world.Join(root, join, world.Child(root, 0, charge, "child", account: "a"));
        world.Finish();
        Assert.Equal(["root", "second", "child", "join"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Order_and_limits_hold_together()
    {
        var world = new GatedWorld();
        var charge = world.Type("charge", order: GatedWorld.InOrder(Order), uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        world.AddWorkers(10);
        world.Submit(charge, "a1", "h", "a");
        world.Submit(charge, "b1", "h", "b");
        world.Submit(charge, "a2", "i", "a");
        var gone = world.Submit(charge, "c1", "h", "c");
        world.Cancel(gone);
        Assert.Equal(["a1"], world.RunningNames);
        world.Finish();
        Assert.Equal(["a1", "b1", "a2"], world.Started);
        world.AssertNothingIsLeft();
    }
}
