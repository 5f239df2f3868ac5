using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class AttemptsSpec
{
    private static readonly RetryPolicy Three = new() { MaxAttempts = 3, Jitter = 0 };

    [Fact]
    public void A_failed_attempt_is_followed_by_another_after_its_rest()
    {
        var world = new LedgerWorld(retry: Three);
        var root = world.Submit();

        world.Fail(root);
        Assert.Equal((TaskState.Scheduled, world.Now.AddSeconds(1)), (root.State, world.Ledger.NextDue));
        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((TaskState.Running, 2), (root.State, root.Attempt));

        world.Fail(root);
        Assert.Equal((TaskState.Scheduled, world.Now.AddSeconds(2)), (root.State, world.Ledger.NextDue));
        world.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((TaskState.Running, 3), (root.State, root.Attempt));

        world.Fail(root, "the third time");
        var failure = Assert.Single(world.EndedRoots).Failure!;
        Assert.Equal(("the third time", 3, root.Id, "work"), (failure.Message, failure.Attempt, failure.TaskId, failure.TaskType));
        Assert.Equal(
            [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), null],
            world.Effects.OfType<AttemptFailed>().Select(static failed => failed.RetryIn));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_failure_knows_the_way_up_to_the_root()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        var child = world.Child(root, 0);
        var grandchild = world.Child(child, 0);
        world.Succeed(root, 0, child);
        world.Succeed(child, 0, grandchild);
        world.Fail(grandchild);

        Assert.Equal([grandchild.Id, child.Id, root.Id], Assert.Single(world.EndedTrees).FirstFailure!.Path);
    }

    [Fact]
    public void The_policy_for_the_exception_goes_before_the_task_s_own()
    {
        var world = new LedgerWorld(retry: Three);
        var root = world.Submit();
        world.Fail(root, detail: new AttemptDetail { Retry = RetryPolicy.None });

        Assert.Equal(TaskState.Failed, root.State);
    }

    [Fact]
    public void The_policy_of_the_task_goes_before_that_of_its_type()
    {
        var world = new LedgerWorld(retry: Three);
        var root = world.Submit(options: new SpawnOptions { Retry = RetryPolicy.None });
        world.Fail(root);

        Assert.Equal(TaskState.Failed, root.State);
    }

    [Fact]
    public void A_task_that_asks_for_a_rest_gets_it_as_long_as_it_has_attempts()
    {
        var world = new LedgerWorld(retry: Three with { MaxAttempts = 2 });
        var root = world.Submit();
        var rest = new AttemptDetail { Delay = TimeSpan.FromMinutes(7) };

        world.Fail(root, detail: rest);
        Assert.Equal(world.Now.AddMinutes(7), world.Ledger.NextDue);
        world.Advance(TimeSpan.FromMinutes(7));
        world.Fail(root, detail: rest);

        Assert.Equal(TaskState.Failed, root.State);
    }

    [Fact]
    public void A_failure_for_good_is_not_retried()
    {
        var world = new LedgerWorld(retry: Three);
        var root = world.Submit();
        world.FailForGood(root);

        Assert.Equal((TaskState.Failed, 1), (root.State, Assert.Single(world.EndedRoots).Failure!.Attempt));
    }

    [Fact]
    public void Tasks_that_fail_in_one_report_rest_differently()
    {
        var world = new LedgerWorld(retry: Three with { Jitter = 1 });
        world.MakeWorkShort();
        var root = world.Submit();
        var children = world.Children(root, 8);
        world.Succeed(root, 0, children);
        var assignment = world.AssignmentOf(children[0]);

        world.Report(assignment, null, [.. assignment.Tasks.Select(run => world.Ended(run.Task, EndKind.Failed, LedgerWorld.Broken("all")))]);

        var rests = world.Effects.OfType<AttemptFailed>().Select(static failed => failed.RetryIn).ToArray();
        Assert.Equal(assignment.Tasks.Length, rests.Distinct().Count());
        Assert.All(rests, static rest => Assert.InRange(rest!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Putting_off_costs_no_attempt()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        for (var times = 0; times < 10; times++)
        {
            Assert.Equal((TaskState.Running, 1), (root.State, root.Attempt));
            world.PutOff(root, TimeSpan.FromSeconds(5));
            Assert.Equal(TaskState.Scheduled, root.State);
            world.Advance(TimeSpan.FromSeconds(5));
        }

        world.Succeed(root);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_run_that_was_cancelled_says_nothing_of_how_long_its_type_takes()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Cancel(root);
        world.EndInterrupted(root);

        Assert.Equal(TaskState.Cancelled, root.State);
        Assert.Null(world.Work.Estimate);
    }

    [Fact]
    public void Giving_back_costs_no_attempt()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.GiveBack(root);

        Assert.Equal((TaskState.Running, 1, 2), (root.State, root.Attempt, root.Run));
        Assert.Null(world.Work.Estimate);
    }

    [Fact]
    public void A_worker_lost_with_one_task_three_times_has_failed_it()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        for (var losses = 1; losses < 3; losses++)
        {
            world.Lose(world.Workers[0]);
            world.AddWorker();
            Assert.Equal((TaskState.Running, 1), (root.State, root.Attempt));
        }

        world.Lose(world.Workers[0]);

        Assert.Equal(FailureKind.WorkerLost, Assert.Single(world.EndedRoots).Failure!.Kind);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_worker_that_was_gone_before_it_had_its_assignment_is_no_fault_of_the_task()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        for (var losses = 0; losses < 5; losses++)
        {
            world.Lose(world.Workers[0], hadTaken: false);
            world.AddWorker();
        }

        Assert.Equal((TaskState.Running, 1, 0, false), (root.State, root.Attempt, root.Losses, root.IsSuspect));
    }

    [Fact]
    public void Tasks_lost_together_run_alone_next_time_and_only_the_culprit_fails()
    {
        var world = new LedgerWorld();
        world.MakeWorkShort();
        var root = world.Submit();
        var children = world.Children(root, 4);
        world.Succeed(root, 0, children);
        Assert.Equal(4, world.AssignmentOf(children[0]).Tasks.Length);
        var culprit = children[2];

        world.Lose(world.Workers[0]);
        world.AddWorker();
        while (world.Running.FirstOrDefault() is { } task)
        {
            Assert.Single(world.AssignmentOf(task).Tasks);
            if (task == culprit)
            {
                world.Lose(world.Workers[0]);
                world.AddWorker();
            }
            else
            {
                world.Succeed(task);
            }
        }

        var tree = Assert.Single(world.EndedTrees);
        Assert.Equal((4L, 1L), (tree.Succeeded, tree.Failed));
        Assert.Equal(culprit.Id, tree.FirstFailure!.TaskId);
    }

    [Fact]
    public void A_task_that_is_to_be_cancelled_is_cancelled_by_the_loss_of_its_worker()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Cancel(root);
        world.Lose(world.Workers[0]);

        Assert.Equal(TaskState.Cancelled, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void The_loss_of_an_idle_worker_changes_nothing()
    {
        var world = new LedgerWorld(workers: 2);
        world.Lose(world.Workers[1]);
        var root = world.Submit();

        Assert.Same(world.Workers[0], world.AssignmentOf(root).Worker);
    }
}
