using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class WorkerWatchSpec
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    [Fact]
    public void An_attempt_that_takes_too_long_is_told_to_end_at_its_timeout_and_not_before()
    {
        var world = new LedgerWorld(timeout: Timeout);
        world.Submit();

        Assert.Equal(world.Now + Timeout, world.Ledger.NextDue);
        world.Advance(Timeout - TimeSpan.FromTicks(1));
        Assert.Empty(world.CancelledRuns);
        world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["root: Timeout"], world.CancelledRuns);
    }

    [Theory]
    [InlineData(nameof(EndKind.Interrupted))]
    [InlineData(nameof(EndKind.Succeeded))]
    [InlineData(nameof(EndKind.Failed))]
    public void An_attempt_that_has_timed_out_has_failed_whatever_it_says_later(string kind)
    {
        var world = new LedgerWorld(timeout: Timeout);
        var root = world.Submit();
        world.Advance(Timeout);
        world.Report(root, world.Ended(root, Enum.Parse<EndKind>(kind), kind == nameof(EndKind.Failed) ? LedgerWorld.Broken("late") : null));

        Assert.Equal(FailureKind.Timeout, Assert.Single(world.EndedRoots).Failure!.Kind);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void An_attempt_that_has_timed_out_is_retried_as_the_policy_says()
    {
        var world = new LedgerWorld(timeout: Timeout, retry: new RetryPolicy { MaxAttempts = 2, Jitter = 0 });
        var root = world.Submit();
        world.Advance(Timeout);
        world.EndInterrupted(root);
        Assert.Equal(TaskState.Scheduled, root.State);
        world.Advance(TimeSpan.FromSeconds(1));

        world.Succeed(root);

        Assert.Equal((TaskState.Succeeded, 2), (root.State, root.Attempt));
    }

    [Fact]
    public void The_timeout_of_the_task_goes_before_that_of_its_type()
    {
        var world = new LedgerWorld(timeout: Timeout);
        world.Submit(options: new SpawnOptions { Timeout = TimeSpan.FromSeconds(1) });
        world.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["root: Timeout"], world.CancelledRuns);
    }

    [Fact]
    public void A_handler_that_does_not_end_within_the_grace_time_is_abandoned_once()
    {
        var world = new LedgerWorld(timeout: Timeout);
        var root = world.Submit();
        world.Advance(Timeout);
        world.Advance(Grace - TimeSpan.FromTicks(1));
        Assert.Empty(world.Effects.OfType<Abandon>());
        world.Advance(TimeSpan.FromTicks(1));
        world.Advance(Grace);
        world.Advance(Timeout);

        Assert.Equal((root, Interruption.Timeout), Assert.Single(world.Effects.OfType<Abandon>()) is var abandon ? (abandon.Run.Task, abandon.Reason) : default);
        Assert.Equal(TaskState.Failed, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_an_abandoned_handler_says_later_is_ignored()
    {
        var world = new LedgerWorld(timeout: Timeout, retry: RetryPolicy.Default with { Delay = TimeSpan.Zero });
        var root = world.Submit();
        var (assignment, end) = (world.AssignmentOf(root), world.Ended(root, EndKind.Succeeded));
        world.Advance(Timeout);
        world.Advance(Grace);
        world.AddWorker();
        Assert.Equal((TaskState.Running, 2), (root.State, root.Attempt));

        world.Report(assignment, null, end);

        Assert.Equal((TaskState.Running, 1L), (root.State, world.Ledger.StaleEnds));
    }

    [Fact]
    public void A_worker_that_abandoned_a_handler_gets_work_when_it_has_a_new_start_and_not_before()
    {
        var world = new LedgerWorld(timeout: Timeout);
        world.Submit("hangs");
        var next = world.Submit("next");
        world.Advance(Timeout);
        world.Advance(Grace);
        Assert.Equal(TaskState.Ready, next.State);

        world.Renew(world.Workers[0]);

        Assert.Equal(TaskState.Running, next.State);
    }

    [Fact]
    public void A_cancelled_handler_that_does_not_end_is_abandoned_and_its_task_is_cancelled()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Cancel(root);
        world.Advance(Grace);

        Assert.Equal(Interruption.Cancel, Assert.Single(world.Effects.OfType<Abandon>()).Reason);
        Assert.Equal(TaskState.Cancelled, root.State);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Cancelling_what_has_timed_out_does_not_lengthen_the_grace_time()
    {
        var world = new LedgerWorld(timeout: Timeout);
        var root = world.Submit();
        world.Advance(Timeout);
        world.Advance(Grace - TimeSpan.FromSeconds(1));
        world.Cancel(root);
        world.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TaskState.Cancelled, root.State);
        Assert.Single(world.Effects.OfType<Abandon>());
    }

    [Fact]
    public void A_handler_that_does_not_end_during_a_stop_is_abandoned_and_its_task_is_ready_again()
    {
        var world = new LedgerWorld();
        var root = world.Submit();
        world.Stop();
        world.Advance(Grace);

        Assert.Equal((TaskState.Ready, 0), (root.State, root.Attempt));
        Assert.Equal(0, world.Ledger.RunsOut);
    }

    [Fact]
    public void What_lay_behind_a_hanging_task_is_ready_again_at_no_cost()
    {
        var (world, children) = Chunk(3);
        world.Cancel(children[0]);
        world.Advance(Grace);

        Assert.Equal([TaskState.Cancelled, TaskState.Ready, TaskState.Ready], children.Select(static child => child.State));
        Assert.Equal([0, 0], children.Skip(1).Select(static child => child.Attempt));
        Assert.Single(world.Effects.OfType<Abandon>());
        world.Renew(world.Workers[0]);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_chunk_with_two_cancelled_tasks_is_abandoned_when_the_first_of_them_is_over_its_grace_time()
    {
        var (world, children) = Chunk(3);
        var assignment = world.AssignmentOf(children[0]);
        world.Cancel(children[0]);
        world.Advance(TimeSpan.FromSeconds(3));
        world.Cancel(children[1]);
        world.Report(assignment, null, world.Ended(children[2], EndKind.GivenBack));

        world.Advance(Grace - TimeSpan.FromSeconds(3));

        Assert.Equal(children[0], Assert.Single(world.Effects.OfType<Abandon>()).Run.Task);
    }

    [Fact]
    public void After_its_slice_a_chunk_is_recalled_once()
    {
        var (world, children) = Chunk(3);
        world.Advance(TimeSpan.FromMilliseconds(10));
        world.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal(world.AssignmentOf(children[0]), Assert.Single(world.Effects.OfType<Recall>()).Assignment);
        Assert.All(children, static child => Assert.Equal(TaskState.Running, child.State));
    }

    [Fact]
    public void A_task_that_is_alone_is_not_recalled()
    {
        var world = new LedgerWorld();
        world.Submit();
        world.Advance(TimeSpan.FromHours(1));

        Assert.Empty(world.Effects.OfType<Recall>());
    }

    [Fact]
    public void What_is_given_back_after_a_recall_is_ready_for_others_and_the_rest_goes_on()
    {
        var (world, children) = Chunk(3);
        var assignment = world.AssignmentOf(children[0]);
        world.Advance(TimeSpan.FromMilliseconds(10));
        world.Report(assignment, TimeSpan.FromMilliseconds(10), world.Ended(children[1], EndKind.GivenBack), world.Ended(children[2], EndKind.GivenBack));
        Assert.Equal([TaskState.Running, TaskState.Ready, TaskState.Ready], children.Select(static child => child.State));

        world.AddWorker();

        Assert.Contains(children.Skip(1), static child => child.State == TaskState.Running);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Once_it_is_known_which_task_of_a_chunk_runs_its_timeout_counts_from_its_start()
    {
        var (world, children) = Chunk(2, Timeout);
        var assignment = world.AssignmentOf(children[0]);
        world.Advance(TimeSpan.FromSeconds(10));
        world.Report(assignment, TimeSpan.FromSeconds(8), world.Ended(children[1], EndKind.GivenBack));

        world.Advance(Timeout - TimeSpan.FromSeconds(8) - TimeSpan.FromTicks(1));
        Assert.Empty(world.CancelledRuns);
        world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["root.0: Timeout"], world.CancelledRuns);
    }

    [Fact]
    public void When_nothing_runs_nothing_depends_on_time()
    {
        var world = new LedgerWorld(timeout: Timeout);
        world.Succeed(world.Submit());
        world.Advance(Timeout);

        Assert.Null(world.Ledger.NextDue);
        Assert.Empty(world.CancelledRuns);
    }

    private static (LedgerWorld World, TaskRecord[] Children) Chunk(int count, TimeSpan? timeout = null)
    {
        var world = new LedgerWorld(timeout: timeout);
        world.MakeWorkShort();
        var root = world.Submit();
        var children = world.Children(root, count);
        world.Succeed(root, 0, children);
        Assert.Equal(count, world.AssignmentOf(children[0]).Tasks.Length);
        return (world, children);
    }

    [Fact]
    public void A_closed_ledger_asks_for_what_has_not_started()
    {
        var (world, children) = Chunk(3);
        world.Ledger.Close();

        Assert.Equal(world.AssignmentOf(children[0]), Assert.IsType<Recall>(Assert.Single(world.Ledger.Effects)).Assignment);
    }
}
