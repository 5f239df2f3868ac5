using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>What a run says that is not the one that runs changes nothing: each check that refuses it, alone.</summary>
public sealed class StaleReportsSpec
{
    [Fact]
    public void A_lost_worker_that_reports_after_all_does_not_end_the_run_of_another()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var before = world.AssignmentOf(root);
        var late = world.Ended(root, EndKind.Succeeded);
        world.Lose(before.Worker);
        Assert.Equal((TaskState.Running, 2), (root.State, root.Run));

        world.Report(before, null, late);

        Assert.Equal(TaskState.Running, root.State);
        Assert.Equal(1, world.Ledger.StaleEnds);
        world.Succeed(root);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void An_end_that_comes_a_second_time_does_not_end_the_run_that_another_worker_has_meanwhile()
    {
        var world = new LedgerWorld(workers: 1);
        world.MakeWorkShort();
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.Succeed(root, 0, children);
        var chunk = world.AssignmentOf(children[0]);
        Assert.Equal(chunk, world.AssignmentOf(children[1]));
        var givenBack = world.Ended(children[1], EndKind.GivenBack);
        world.Report(chunk, TimeSpan.Zero, givenBack);
        world.AddWorker();
        Assert.Equal((TaskState.Running, 2), (children[1].State, children[1].Run));

        // The first worker still has the chunk, so that only the number of the run tells the two apart.
        givenBack.Kind = EndKind.Succeeded;
        givenBack.Payload = Outcome<int>.Succeeded(-1);
        world.Report(chunk, TimeSpan.Zero, givenBack);

        Assert.Equal(TaskState.Running, children[1].State);
        Assert.Equal((2, 1L), (world.Ledger.RunsOut, world.Ledger.StaleEnds));
        Assert.Equal(2, world.Ledger.Pools[0].Busy);
        world.Succeed(children);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void The_same_end_twice_in_one_report_counts_once()
    {
        var world = new LedgerWorld();
        world.MakeWorkShort();
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.Succeed(root, 0, children);
        var end = world.Ended(children[0], EndKind.Succeeded);

        world.Report(children[0], end, end);

        Assert.Equal(TaskState.Running, children[1].State);
        Assert.Equal((1, 1L), (world.Ledger.RunsOut, world.Ledger.StaleEnds));
        Assert.Equal(1, world.Ledger.Pools[0].Busy);
        world.Succeed(children[1]);
        Assert.Equal(3, Assert.Single(world.EndedTrees).Succeeded);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_report_about_what_a_worker_had_before_does_not_make_it_idle_while_it_has_something_else()
    {
        var world = new LedgerWorld();
        var first = world.Submit("first");
        var before = world.AssignmentOf(first);
        var end = world.Ended(first, EndKind.Succeeded);
        world.Succeed(first);
        var second = world.Submit("second");

        world.Report(before, null, end);
        world.Report(before, null);

        Assert.Equal((TaskState.Running, 1), (second.State, world.Ledger.Pools[0].Busy));
        var third = world.Submit("third");
        Assert.Equal(TaskState.Ready, third.State);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_worker_that_was_told_to_leave_its_run_behind_is_not_idle_because_that_run_reports()
    {
        var timeout = TimeSpan.FromSeconds(30);
        var world = new LedgerWorld(timeout: timeout);
        var root = world.Submit();
        var assignment = world.AssignmentOf(root);
        var end = world.Ended(root, EndKind.Succeeded);
        world.Advance(timeout);
        world.Advance(new LedgerSettings().Grace);
        Assert.Single(world.Effects.OfType<Abandon>());
        var next = world.Submit("next");

        world.Report(assignment, null, end);

        Assert.Equal((TaskState.Failed, TaskState.Ready), (root.State, next.State));
        world.Renew(world.Workers[0]);
        Assert.Equal(TaskState.Running, next.State);
    }

    [Fact]
    public void A_run_that_is_over_spawns_nothing_now_and_holds_nothing()
    {
        var world = new LedgerWorld(workers: 2, retry: new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.Zero });
        var root = world.Submit();
        world.Fail(root);
        Assert.Equal(2, root.Attempt);

        var child = world.SpawnNow(root, run: 1);
        var told = world.Tell(root, run: 1);

        Assert.Null(child.Tree);
        Assert.Null(told);
        Assert.Equal(2, world.Ledger.StaleEnds);
        world.Succeed(root);
        Assert.Equal(1, Assert.Single(world.EndedTrees).Tasks);
    }
}
