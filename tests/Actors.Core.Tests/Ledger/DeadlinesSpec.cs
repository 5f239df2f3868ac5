using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class DeadlinesSpec
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly LedgerWorld _world = new();

    [Fact]
    public void At_the_deadline_what_is_live_has_failed_with_it_joins_among_it_and_the_completion_task_runs()
    {
        var root = Submit(new TreeRequest(Minute, null, null), completes: true);
        var children = _world.Children(root, 3);
        var join = _world.EndWithJoin(root, children, JoinPolicy.Collect);
        _world.Succeed(children[0]);
        _world.Advance(Minute - TimeSpan.FromTicks(1));
        Assert.Equal((TaskState.Succeeded, TaskState.Running, TaskState.Ready), (children[0].State, children[1].State, children[2].State));

        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((TaskState.Failed, TaskState.Failed, TaskState.Failed), (children[2].State, join.State, root.State));
        Assert.Equal(["root.1: Cancel"], _world.CancelledRuns);
        var failure = Assert.Single(_world.EndedRoots).Failure!;
        Assert.Equal(FailureKind.Deadline, failure.Kind);
        Assert.Contains("2030-01-01 00:01:00.000 UTC, has passed", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, Assert.Single(_world.Effects.OfType<TreeExpired>()).Live); // root, join and two children

        _world.EndInterrupted(children[1]);
        Assert.Equal(TaskState.Failed, children[1].State);
        Assert.Equal("completion", LedgerWorld.NameOf(Assert.Single(_world.Running)));
        _world.Advance(TimeSpan.FromDays(1)); // it has no deadline
        _world.Finish();
        var tree = Assert.Single(_world.EndedTrees);
        Assert.Equal((TaskState.Failed, 2, 4, 0), (tree.State, tree.Succeeded, tree.Failed, tree.Cancelled));
        Assert.Equal(0, tree.UnjoinedFailures);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_a_run_says_after_the_deadline_is_void_and_what_it_spawns_early_fails_with_it()
    {
        var root = Submit(new TreeRequest(null, _world.Now + Minute, null));
        _world.Advance(Minute);
        var early = _world.SpawnNow(root);
        Assert.Equal((TaskState.Failed, TaskState.Running), (early.State, root.State));
        _world.Succeed(root, 0, _world.Child(root, 5));

        Assert.Equal(FailureKind.Deadline, _world.EndedTrees.Single().Root.Failure!.Kind);
        Assert.Equal(2, _world.EndedTrees.Single().Failed);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_handler_that_goes_on_beyond_the_deadline_is_abandoned_after_the_grace_time()
    {
        var root = Submit(new TreeRequest(Minute, null, null));
        _world.Advance(Minute);
        Assert.Equal(TaskState.Running, root.State);
        _world.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(_world.Effects.OfType<Abandon>());
        Assert.Equal(FailureKind.Deadline, _world.EndedTrees.Single().FirstFailure!.Kind);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_was_cancelled_before_the_deadline_stays_cancelled_and_a_cancel_after_it_wins_too()
    {
        var (before, after) = (Submit(new TreeRequest(Minute, null, null), "before"), Submit(new TreeRequest(Minute, null, null), "after"));
        _world.AddWorker();
        _world.Advance(Minute - TimeSpan.FromSeconds(1));
        _world.Cancel(before);
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Cancel(after);
        _world.EndInterrupted(before);
        _world.EndInterrupted(after);
        Assert.All(_world.EndedRoots, static outcome => Assert.True(outcome.IsCancelled));
    }

    [Fact]
    public void A_scheduled_tree_fails_at_its_deadline_and_a_task_that_has_ended_is_not_told_again()
    {
        var root = _world.Submit(
            new TaskRecord(TaskId.FromKey("later"), _world.Work, new Job("later"), null, new SpawnOptions { Delay = TimeSpan.FromHours(1) }), null, new TreeRequest(Minute, null, null));
        _world.Advance(Minute);
        Assert.Equal(TaskState.Failed, root.State);
        Assert.Null(_world.Ledger.NextDue);

        var quick = Submit(new TreeRequest(Minute, null, null), "quick");
        _world.Succeed(quick);
        _world.Advance(Minute);
        Assert.Equal(TaskState.Succeeded, quick.State);
        Assert.Single(_world.Effects.OfType<TreeExpired>());
    }

    [Fact]
    public void A_deadline_that_has_passed_already_means_at_once()
    {
        var root = Submit(new TreeRequest(null, _world.Now - Minute, null));
        Assert.Equal(_world.Now - Minute, _world.Ledger.NextDue);
        _world.Advance(TimeSpan.Zero);
        Assert.Equal(Interruption.Cancel, root.Interruption);
    }

    [Fact]
    public void A_paused_tree_has_its_deadline_all_the_same()
    {
        var root = Submit(new TreeRequest(Minute, null, null));
        _world.Succeed(root, 0, _world.Children(root, 2));
        _world.Do(() => _world.Ledger.Pauses.Set(root.Tree!, new Pause("ada", _world.Now)));
        _world.GiveBack(_world.Running.Single());
        _world.Advance(Minute);
        Assert.Equal(2, _world.EndedTrees.Single().Failed);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void Deadlines_of_trees_that_have_ended_do_not_pile_up()
    {
        var world = new LedgerWorld { Recounts = false, KeepsEffects = false };
        for (var count = 0; count < 10_000; count++)
        {
            world.Succeed(world.Submit(
                new TaskRecord(TaskId.FromKey($"{count}"), world.Work, new Job("root"), null, null), null, new TreeRequest(TimeSpan.FromDays(1), null, null)));
        }

        Assert.Null(world.Ledger.NextDue);
    }

    private TaskRecord Submit(TreeRequest request, string name = "root", bool completes = false)
    {
        var root = new TaskRecord(TaskId.FromKey(name), _world.Work, new Job(name), null, null);
        return _world.Submit(root, completes ? new TaskRecord(root.Id.Completion(), _world.Work, new Job("completion"), root.Path, null) : null, request);
    }
}
