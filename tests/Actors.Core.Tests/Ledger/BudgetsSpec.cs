using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class BudgetsSpec
{
    private LedgerWorld _world = new();

    [Fact]
    public void A_tree_never_has_more_tasks_than_it_may_and_who_would_add_too_many_has_spawned_nothing()
    {
        var root = Submit(new TaskBudget { Tasks = 6 });
        var children = _world.Children(root, 3);
        _world.EndWithJoin(root, children, JoinPolicy.Collect); // root, join, three children
        _world.Succeed(children[0], 0, _world.Children(children[0], 2));
        _world.Succeed(children[1], 0, _world.Children(children[1], 1));
        _world.Succeed(_world.Running.Single());
        _world.Succeed(children[2], 0, _world.Children(children[2], 1));

        var failed = _world.Effects.OfType<AttemptFailed>().ToArray();
        Assert.Equal(["root.0", "root.2"], failed.Select(static told => LedgerWorld.NameOf(told.Task)));
        Assert.Equal(FailureKind.Budget, failed[0].Failure.Kind);
        Assert.Equal("The budget of the tree, 6 task(s), is used up: it has had 5, and this work would add 2.", failed[0].Failure.Message);
        Assert.Equal([children[0].Id, root.Id], failed[0].Failure.Path);
        _world.Finish();
        var tree = Assert.Single(_world.EndedTrees);
        Assert.Equal((6, 2, TaskState.Succeeded), (tree.Tasks, tree.Failed, tree.Root.State)); // the join collects
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void The_completion_task_is_counted_from_the_start_and_a_retry_finds_the_same_children()
    {
        _world = new LedgerWorld(workers: 2, retry: new RetryPolicy { MaxAttempts = 2 });
        var root = Submit(new TaskBudget { Tasks = 3 }, completes: true);
        var early = _world.SpawnNow(root);
        _world.Fail(root);
        _world.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TaskState.Running, root.State);
        _world.SpawnNow(root); // the same one
        _world.Succeed(early);
        _world.Succeed(root);
        _world.Finish();
        Assert.Equal((3, 0), (_world.EndedTrees.Single().Succeeded, _world.EndedTrees.Single().Failed));
    }

    [Fact]
    public void What_is_spawned_at_once_beyond_the_budget_is_not_real_and_its_parent_is_told_to_end_and_fails()
    {
        _world = new LedgerWorld(workers: 2);
        var root = Submit(new TaskBudget { Tasks = 2 });
        _world.SpawnNow(root);
        var second = _world.SpawnNow(root, 1);
        Assert.Null(second.Tree);
        Assert.Equal(["root: Cancel"], _world.CancelledRuns);
        _world.SpawnNow(root, 2);
        _world.Succeed(root);
        _world.Finish();

        var tree = _world.EndedTrees.Single();
        Assert.Equal((FailureKind.Budget, 2), (tree.Root.Failure!.Kind, tree.Tasks));
        Assert.Single(_world.Effects.OfType<AttemptFailed>());
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void Nothing_is_deeper_than_it_may_be()
    {
        var root = Submit(new TaskBudget { Depth = 1 });
        var child = _world.Child(root, 0);
        _world.Succeed(root, 0, child);
        _world.Succeed(child, 0, _world.Child(child, 0));

        var failure = _world.EndedTrees.Single().FirstFailure!;
        Assert.Equal("The budget of the tree, depth 1, is used up: what this work spawns would have a depth of 2.", failure.Message);
        Assert.Equal([child.Id, root.Id], failure.Path);
        Assert.Equal(2, _world.EndedTrees.Single().Tasks);
    }

    [Fact]
    public void No_attempt_more_is_started_than_may_be_and_what_would_be_one_more_fails()
    {
        _world = new LedgerWorld(retry: new RetryPolicy { MaxAttempts = 5 });
        var root = Submit(new TaskBudget { Attempts = 4 }, completes: true);
        var children = _world.Children(root, 3);
        var join = _world.EndWithJoin(root, children, JoinPolicy.Collect);
        _world.Fail(children[0]);
        _world.Succeed(children[1]);
        _world.PutOff(children[2], TimeSpan.FromSeconds(1)); // costs nothing
        _world.Advance(TimeSpan.FromHours(1));
        var last = Assert.Single(_world.Running);
        _world.Succeed(last);

        Assert.Equal((TaskState.Failed, TaskState.Failed), (join.State, root.State));
        Assert.Equal(4, root.Tree!.Terms!.Attempts);
        var failure = _world.EndedRoots.Single().Failure!;
        Assert.Equal("The budget of the tree, 4 attempt(s), is used up: so many have been started, and this join would be one more.", failure.Message);
        Assert.Equal("completion", LedgerWorld.NameOf(Assert.Single(_world.Running))); // its own attempt is free
        _world.Finish();
        Assert.Equal(TaskState.Failed, _world.EndedTrees.Single().State);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_million_ready_tasks_of_which_none_may_start_do_not_keep_an_idle_worker_from_others()
    {
        _world = new LedgerWorld { Recounts = false };
        var root = Submit(new TaskBudget { Attempts = 1 });
        _world.Succeed(root, 0, _world.Children(root, 1000));
        Assert.Equal((1, 1000), (_world.EndedTrees.Single().Succeeded, _world.EndedTrees.Single().Failed));
        Assert.Equal(TaskState.Running, _world.Submit("other").State);
    }

    [Fact]
    public void Running_time_is_added_up_over_what_runs_at_the_same_time_and_what_runs_is_told_to_end_when_it_is_used_up()
    {
        _world = new LedgerWorld(workers: 2);
        var root = Submit(new TaskBudget { RunningTime = TimeSpan.FromSeconds(10) });
        _world.Advance(TimeSpan.FromSeconds(2));
        var children = _world.Children(root, 3);
        _world.Succeed(root, 0, children);
        Assert.Equal(_world.Now + TimeSpan.FromSeconds(4), _world.Ledger.NextDue); // two run: eight seconds are left
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Succeed(children[0]);
        _world.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Empty(_world.CancelledRuns);
        _world.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(["root.1: Cancel", "root.2: Cancel"], _world.CancelledRuns);
        _world.EndInterrupted(children[1]);
        _world.Succeed(children[2]); // too late

        var tree = _world.EndedTrees.Single();
        Assert.Equal((2, 2), (tree.Succeeded, tree.Failed));
        Assert.Contains("00:00:10 of running time, is used up", tree.FirstFailure!.Message, StringComparison.Ordinal);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_run_that_was_lost_with_others_costs_nothing_and_one_that_was_alone_does()
    {
        _world.MakeWorkShort();
        var root = Submit(new TaskBudget { Attempts = 100 });
        _world.Succeed(root, 0, _world.Children(root, 4));
        var chunk = _world.AssignmentOf(_world.Running.First());
        Assert.Equal(1 + chunk.Tasks.Length, root.Tree!.Terms!.Attempts);
        _world.Lose(_world.Workers[0]);
        Assert.Equal(1, root.Tree.Terms.Attempts);
        _world.AddWorker(); // suspects travel alone
        Assert.Equal(2, root.Tree.Terms.Attempts);
        _world.Lose(_world.Workers[0]);
        Assert.Equal(2, root.Tree.Terms.Attempts);
    }

    [Fact]
    public void A_tree_with_a_budget_may_not_be_run_ahead() =>
        Assert.Equal((false, true), (Submit(new TaskBudget { Tasks = 9 }).Tree!.MayRunAhead, _world.Submit("plain").Tree!.MayRunAhead));

    [Fact]
    public void A_budget_says_what_it_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskBudget { Tasks = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskBudget { Depth = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskBudget { Attempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskBudget { RunningTime = TimeSpan.Zero });
    }

    private TaskRecord Submit(TaskBudget budget, bool completes = false)
    {
        var root = new TaskRecord(TaskId.FromKey("root"), _world.Work, new Job("root"), null, null);
        return _world.Submit(
            root, completes ? new TaskRecord(root.Id.Completion(), _world.Work, new Job("completion"), root.Path, null) : null, new TreeRequest(null, null, budget));
    }
}
