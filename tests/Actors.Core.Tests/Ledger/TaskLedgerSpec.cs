using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class TaskLedgerSpec
{
    [Fact]
    public void A_root_that_is_submitted_runs_and_ends_its_tree()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        Assert.Equal(TaskState.Running, root.State);

        world.Succeed(root, 42);

        Assert.Equal(42, Assert.Single(world.EndedRoots).UntypedValue);
        Assert.Equal((TaskState.Succeeded, 1), Assert.Single(world.EndedTrees) is var tree ? (tree.State, (int)tree.Tasks) : default);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_root_whose_id_is_live_is_found_and_not_submitted_again()
    {
        var world = new LedgerWorld();
        var root = world.Submit("same");
        var again = world.Submit("same");

        Assert.Same(root, Assert.Single(world.Ledger.LiveTasks));
        world.Succeed(root);
        Assert.Null(again.Tree);
        Assert.Single(world.EndedTrees);
    }

    [Fact]
    public void A_root_whose_id_has_ended_may_be_submitted_again()
    {
        var world = new LedgerWorld();
        world.Succeed(world.Submit("same"));
        world.Succeed(world.Submit("same"));

        Assert.Equal(2, world.EndedTrees.Count());
    }

    [Fact]
    public void Follow_ups_become_real_with_the_success_of_their_attempt()
    {
        var world = new LedgerWorld(workers: 0);
        var root = world.Submit();
        var children = world.Children(root, 3);
        world.AddWorker();
        Assert.All(children, static child => Assert.Null(child.Tree));

        world.Succeed(root, 0, children);

        Assert.Equal(3, world.Ledger.LiveTasks.Count());
        Assert.Single(world.EndedRoots);
        Assert.Empty(world.EndedTrees);
        world.Finish();
        Assert.Equal(4, Assert.Single(world.EndedTrees).Succeeded);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void An_attempt_that_fails_has_spawned_nothing()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 3);

        world.Fail(root, detail: new AttemptDetail { Spawned = [.. children] });

        Assert.All(children, static child => Assert.Null(child.Tree));
        Assert.Equal(1, Assert.Single(world.EndedTrees).Tasks);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void The_first_of_the_follow_ups_runs_first()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 3);
        world.Succeed(root, 0, children);

        foreach (var child in children)
        {
            Assert.Equal(TaskState.Running, child.State);
            world.Succeed(child);
        }
    }

    [Fact]
    public void A_follow_up_with_a_delay_rests_before_it_runs()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0, options: new SpawnOptions { Delay = TimeSpan.FromSeconds(10) });
        world.Succeed(root, 0, child);

        Assert.Equal(TaskState.Scheduled, child.State);
        Assert.Equal(world.Now.AddSeconds(10), world.Ledger.NextDue);
        world.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(TaskState.Scheduled, child.State);
        world.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TaskState.Running, child.State);
    }

    [Fact]
    public void A_due_time_that_has_passed_means_at_once()
    {
        var world = new LedgerWorld();
        var late = new SpawnOptions { DueAt = world.Now.AddDays(-1), Delay = TimeSpan.FromDays(1) };

        Assert.Equal(TaskState.Running, world.Submit(options: late).State);
    }

    [Fact]
    public void A_delay_beyond_the_end_of_time_is_no_overflow()
    {
        var world = new LedgerWorld();
        var root = world.Submit(options: new SpawnOptions { Delay = TimeSpan.MaxValue });

        Assert.Equal(TaskState.Scheduled, root.State);
        Assert.Equal(DateTime.MaxValue.Ticks, world.Ledger.NextDue!.Value.UtcTicks);
    }

    [Fact]
    public void A_report_is_counted_once()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var assignment = world.AssignmentOf(root);
        var child = world.Child(root, 0);
        var end = world.Ended(root, EndKind.Succeeded, detail: new AttemptDetail { Spawned = [child] });

        world.Report(assignment, null, end);
        world.Report(assignment, null, end);

        Assert.Equal(1, world.Ledger.StaleEnds);
        Assert.Same(child, Assert.Single(world.Ledger.LiveTasks));
        Assert.Single(world.EndedRoots);
    }

    [Fact]
    public void The_same_end_twice_in_one_report_is_counted_once()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var end = world.Ended(root, EndKind.Succeeded);

        world.Report(world.AssignmentOf(root), null, end, end);

        Assert.Equal(1, world.Ledger.StaleEnds);
        Assert.Single(world.EndedTrees);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_an_earlier_run_says_later_is_ignored()
    {
        var world = new LedgerWorld(workers: 1);
        var root = world.Submit();
        var (lost, end) = (world.AssignmentOf(root), world.Ended(root, EndKind.Succeeded));
        world.Lose(world.Workers[0]);
        world.AddWorker();
        Assert.Equal((TaskState.Running, 1, 2), (root.State, root.Attempt, root.Run));

        world.Report(lost, null, end);

        Assert.Equal(1, world.Ledger.StaleEnds);
        Assert.Equal(TaskState.Running, root.State);
        world.Succeed(root);
        Assert.Single(world.EndedTrees);
    }

    [Fact]
    public void A_follow_up_that_is_spawned_now_runs_beside_its_parent()
    {
        var world = new LedgerWorld(workers: 2);
        var root = world.Submit();
        var child = world.SpawnNow(root);

        Assert.Equal((TaskState.Running, TaskState.Running), (root.State, child.State));
        world.Succeed(root, child);
        Assert.Equal(2, Assert.Single(world.EndedTrees).Tasks);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_follow_up_that_was_spawned_now_stays_when_the_attempt_fails_and_the_next_attempt_finds_it()
    {
        var world = new LedgerWorld(workers: 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var child = world.SpawnNow(root);
        world.Fail(root);
        Assert.Equal((TaskState.Running, 2), (root.State, root.Attempt));

        var again = world.SpawnNow(root);

        Assert.Null(again.Tree);
        world.Succeed(child, root);
        Assert.Equal(2, Assert.Single(world.EndedTrees).Tasks);
    }

    [Fact]
    public void The_next_attempt_finds_a_follow_up_that_was_spawned_now_even_when_that_has_ended()
    {
        var world = new LedgerWorld(workers: 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        world.Succeed(world.SpawnNow(root));
        world.Fail(root);

        var again = world.SpawnNow(root);

        Assert.Null(again.Tree);
        world.Succeed(root);
        Assert.Equal(2, Assert.Single(world.EndedTrees).Tasks);
    }

    [Fact]
    public void A_run_that_is_over_can_spawn_nothing_now()
    {
        var world = new LedgerWorld(workers: 2, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        world.Fail(root);

        var late = world.SpawnNow(root, run: 1);

        Assert.Null(late.Tree);
        Assert.Equal(1, world.Ledger.StaleEnds);
    }

    [Fact]
    public void Follow_ups_that_were_told_become_real_with_the_success_of_the_attempt()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var told = new[] { world.Tell(root)!, world.Tell(root)! };
        Assert.All(told, static child => Assert.Null(child.Tree));

        world.Succeed(root);

        Assert.NotEqual(told[0].Id, told[1].Id);
        Assert.Equal(told.ToHashSet(), world.Ledger.LiveTasks.ToHashSet());
        world.Finish();
        Assert.Equal(3, Assert.Single(world.EndedTrees).Tasks);
    }

    [Fact]
    public void Follow_ups_that_were_told_are_dropped_when_the_attempt_fails()
    {
        var world = new LedgerWorld(retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var told = world.Tell(root)!;
        world.Fail(root);
        world.Succeed(root);

        Assert.Null(told.Tree);
        Assert.Equal(1, Assert.Single(world.EndedTrees).Tasks);
    }

    [Fact]
    public void Nothing_can_be_told_for_another_attempt_or_a_task_that_does_not_run()
    {
        var world = new LedgerWorld();
        var root = world.Submit();

        Assert.Null(world.Tell(root, run: 2));
        world.Succeed(root);
        Assert.Null(world.Tell(root));
        Assert.Equal(2, world.Ledger.StaleEnds);
    }

    [Fact]
    public void What_is_told_for_a_run_that_was_lost_does_not_count_for_the_next_although_the_attempt_is_the_same()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Lose(world.Workers[0]);
        world.AddWorker();
        Assert.Equal((2, 1), (root.Run, root.Attempt));

        Assert.Null(world.Tell(root, run: 1));
        world.Succeed(root);
        Assert.Equal(1, Assert.Single(world.EndedTrees).Tasks);
    }

    [Fact]
    public void A_scheduled_task_that_is_cancelled_never_runs()
    {
        var world = new LedgerWorld();
        var root = world.Submit(options: new SpawnOptions { Delay = TimeSpan.FromHours(1) });
        world.Cancel(root);

        world.Advance(TimeSpan.FromHours(2));

        Assert.Equal((TaskState.Cancelled, 0), (root.State, root.Run));
        Assert.Equal(TaskState.Cancelled, Assert.Single(world.EndedTrees).State);
        Assert.Null(world.Ledger.NextDue);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_ready_task_that_is_cancelled_never_runs()
    {
        var world = new LedgerWorld(workers: 0);
        var root = world.Submit();
        world.Cancel(root);
        world.AddWorker();

        Assert.Equal((TaskState.Cancelled, 0), (root.State, root.Run));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_running_task_that_is_cancelled_is_told_to_end_and_then_has()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Cancel(root);

        Assert.Equal(TaskState.Running, root.State);
        Assert.Equal(["root: Cancel"], world.CancelledRuns);
        world.EndInterrupted(root);
        Assert.Equal(TaskState.Cancelled, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_running_task_that_is_cancelled_twice_is_told_once()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Cancel(root);
        world.Cancel(root);

        Assert.Single(world.CancelledRuns);
    }

    [Fact]
    public void Cancelling_wins_over_a_success_that_comes_later_and_what_it_spawned()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0);
        world.Cancel(root);

        world.Succeed(root, 42, child);

        Assert.Equal(TaskState.Cancelled, root.State);
        Assert.Null(child.Tree);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Cancelling_wins_over_a_join_that_comes_later()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0);
        world.Cancel(root);

        var join = world.EndWithJoin(root, [child]);

        Assert.Equal((TaskState.Cancelled, null, null), (root.State, join.Tree, child.Tree));
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(nameof(EndKind.Failed))]
    [InlineData(nameof(EndKind.FailedForGood))]
    [InlineData(nameof(EndKind.PutOff))]
    [InlineData(nameof(EndKind.GivenBack))]
    public void Cancelling_wins_over_whatever_else_the_attempt_says(string kind)
    {
        var world = new LedgerWorld(retry: RetryPolicy.Default);
        var root = world.Submit();
        world.Cancel(root);

        world.Report(root, world.Ended(root, Enum.Parse<EndKind>(kind), LedgerWorld.Broken("late"), new AttemptDetail { Delay = TimeSpan.FromSeconds(1) }));

        Assert.Equal(TaskState.Cancelled, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_task_that_waits_for_its_retry_can_be_cancelled()
    {
        var world = new LedgerWorld(retry: RetryPolicy.Default);
        var root = world.Submit();
        world.Fail(root);
        Assert.Equal(TaskState.Scheduled, root.State);

        world.Cancel(root);

        Assert.Equal(TaskState.Cancelled, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Cancelling_a_joining_task_cancels_its_join_and_all_below()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 2);
        var join = world.EndWithJoin(root, children);
        var grandchildren = world.Children(children[0], 2);
        var inner = world.EndWithJoin(children[0], grandchildren);
        Assert.Equal(TaskState.Running, grandchildren[0].State);

        world.Cancel(root);
        Assert.Equal(["root.0.0: Cancel"], world.CancelledRuns);
        world.EndInterrupted(grandchildren[0]);

        Assert.All([root, join, inner, .. children, .. grandchildren], static task => Assert.Equal(TaskState.Cancelled, task.State));
        Assert.Equal(7, Assert.Single(world.EndedTrees).Cancelled);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Cancelling_a_task_leaves_its_siblings_alone()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var children = world.Children(root, 2);
        world.Succeed(root, 0, children);

        world.Cancel(children[1]);
        world.Succeed(children[0]);

        Assert.Equal(TaskState.Succeeded, children[0].State);
        Assert.Equal(TaskState.Succeeded, Assert.Single(world.EndedTrees).State);
    }

    [Fact]
    public void Cancelling_a_task_reaches_what_tasks_that_have_ended_left_below_it()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0);
        var join = world.EndWithJoin(root, [child, world.Child(root, 1)]);
        var left = world.Child(child, 0);
        world.Succeed(child, 0, left);

        world.Cancel(root);
        world.EndInterrupted(world.Running.Single());

        Assert.Equal((TaskState.Cancelled, TaskState.Cancelled), (left.State, join.State));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Cancelling_a_tree_reaches_what_a_running_task_spawns_now_afterwards()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.CancelTree(root);

        var late = world.SpawnNow(root);

        Assert.Equal((TaskState.Cancelled, 0), (late.State, late.Run));
        world.Succeed(root);
        Assert.Equal((TaskState.Cancelled, 2L), (world.EndedTrees.Single().State, world.EndedTrees.Single().Cancelled));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_tree_that_was_cancelled_after_its_root_succeeded_is_cancelled()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Succeed(root, 0, world.Children(root, 2));
        world.CancelTree(root);
        world.EndInterrupted(world.Running.Single());

        var tree = Assert.Single(world.EndedTrees);
        Assert.Equal((TaskState.Cancelled, TaskState.Succeeded, 2L), (tree.State, tree.Root.State, tree.Cancelled));
    }

    [Fact]
    public void What_is_not_live_cannot_be_cancelled()
    {
        var ledger = new LedgerWorld().Ledger;

        Assert.False(ledger.Cancel(TaskId.FromKey("nobody"), default));
        Assert.False(ledger.CancelTree(TaskId.FromKey("nobody"), default));
    }

    [Fact]
    public void Once_the_ledger_is_closed_nothing_is_dispatched()
    {
        var world = new LedgerWorld();
        world.Ledger.Close();

        Assert.Equal(TaskState.Ready, world.Submit().State);
    }

    [Theory]
    [InlineData(nameof(EndKind.Interrupted))]
    [InlineData(nameof(EndKind.Failed))]
    [InlineData(nameof(EndKind.FailedForGood))]
    [InlineData(nameof(EndKind.GivenBack))]
    [InlineData(nameof(EndKind.PutOff))]
    public void A_stop_sends_what_does_not_succeed_back_to_ready_and_costs_no_attempt(string kind)
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Stop();
        Assert.Equal(["root: Stop"], world.CancelledRuns);

        world.Report(root, world.Ended(root, Enum.Parse<EndKind>(kind), LedgerWorld.Broken("stopped"), new AttemptDetail { Delay = TimeSpan.FromSeconds(1) }));

        Assert.Equal((TaskState.Ready, 0), (root.State, root.Attempt));
        Assert.Equal(0, world.Ledger.RunsOut);
        Assert.Empty(world.EndedTrees);
    }

    [Fact]
    public void A_success_during_a_stop_counts_and_its_follow_ups_are_kept()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0);
        world.Stop();

        world.Succeed(root, 0, child);

        Assert.Equal((TaskState.Succeeded, TaskState.Ready), (root.State, child.State));
        Assert.Equal(0, world.Ledger.RunsOut);
    }

    [Fact]
    public void A_join_made_during_a_stop_counts()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Stop();

        var join = world.EndWithJoin(root, []);

        Assert.Equal((TaskState.Joining, TaskState.Ready), (root.State, join.State));
    }

    [Fact]
    public void Cancelling_wins_over_a_stop()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Stop();
        world.Cancel(root);
        world.Succeed(root);

        Assert.Equal(TaskState.Cancelled, root.State);
        Assert.Equal(["root: Stop", "root: Cancel"], world.CancelledRuns);
    }

    [Fact]
    public void A_million_tasks_from_one_attempt_run_and_are_let_go()
    {
        const int Leaves = 1_000_000;
        var world = new LedgerWorld(workers: 4) { Recounts = false, KeepsEffects = false };
        world.MakeWorkShort();
        var root = world.Submit();
        var leaves = world.Children(root, Leaves);
        var join = world.EndWithJoin(root, leaves);
        Assert.Equal(Leaves + 2, world.Ledger.Tally.Live);

        EndAll(world);
        Assert.Equal(Leaves, join.Succeeded);

        Assert.Equal(TaskState.Succeeded, root.State);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void However_many_tasks_there_are_a_chunk_of_64_has_one_effect(int leaves)
    {
        var world = new LedgerWorld(workers: 1) { Recounts = false, KeepsEffects = false };
        world.MakeWorkShort();
        var root = world.Submit();
        world.Succeed(root, 0, world.Children(root, leaves));

        EndAll(world);

        var chunks = (leaves + 63) / 64;
        Assert.Equal(1 + 1 + chunks + 1, world.EffectCount); // the root's assignment and end, the chunks, the end of the tree
        world.AssertNothingIsLeft();
    }

    private static void EndAll(LedgerWorld world)
    {
        while (world.Running.FirstOrDefault() is { } task)
        {
            var assignment = world.AssignmentOf(task);
            world.Report(assignment, null, [.. assignment.Tasks.Select(run => world.Ended(run.Task, EndKind.Succeeded))]);
        }
    }
}
