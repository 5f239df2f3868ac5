using Actors.Admission;
using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>What random histories with a store have found, each as the shortest story that shows it.</summary>
public sealed class DurableCounterexamplesSpec
{
    [Fact]
    public void What_a_worker_reports_to_a_ledger_that_is_not_its_own_changes_nothing()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        var before = world.Submit();
        var assignment = before.Worker!.Assignment!;

        world.Restart();
        world.Load();
        world.Report(assignment, before, EndKind.Succeeded);

        Assert.Equal(1, world.Ledger.StaleEnds);
        Assert.Equal(TaskState.Ready, world.Live("root").State);
        Assert.DoesNotContain(world.Left, static effect => effect is TreeEnded);
    }

    [Fact]
    public void A_run_that_was_given_back_before_the_process_stopped_costs_no_attempt()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        var root = world.Submit();
        world.Step(world.Ledger.Close);
        world.End(root, EndKind.GivenBack);

        world.Restart();
        world.Load();
        world.AddWorker();

        Assert.Equal(1, world.Live("root").AttemptNumber);
    }

    [Fact]
    public void What_was_cancelled_while_it_ran_is_cancelled_however_often_it_died()
    {
        using var world = new StoreWorld(new LedgerSettings { WorkerLossesMax = 1 });
        world.AddWorker();
        world.Cancel(world.Submit());

        world.Restart();
        world.Load();

        Assert.Equal(TaskState.Cancelled, Assert.Single(world.Left.OfType<TreeEnded>()).Outcome.State);
    }

    [Fact]
    public void What_ran_when_its_process_died_and_waits_for_a_token_starts_when_that_comes()
    {
        var rate = new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(1) });
        using var world = new StoreWorld(gates: new TypeGates([new GateUse(rate, static _ => "")], null));
        world.AddWorker();
        world.AddWorker();
        world.Submit("first");
        world.Submit("second");
        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TaskState.Running, world.Live("second").State);

        world.Restart();
        world.Load();
        world.AddWorker();
        world.End(world.Live("first"), EndKind.Succeeded);
        Assert.Equal(TaskState.Ready, world.Live("second").State);
        Assert.Equal(world.Now + TimeSpan.FromSeconds(1), world.Ledger.NextDue);
        world.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TaskState.Running, world.Live("second").State);
    }

    [Fact]
    public void A_commit_that_is_made_while_a_tree_is_being_read_leaves_its_counts_true()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        var root = world.Submit();
        world.End(root, EndKind.Succeeded, [.. Enumerable.Range(0, 4).Select(place => world.Child(root, place))]);

        world.Restart();
        world.AddWorker();
        world.Load(4); // the root and three of its children: one of them starts
        var running = world.Ledger.LiveTasks.First(static task => task.State == TaskState.Running);
        world.End(running, EndKind.Succeeded, [world.Child(running, 0)]);
        Assert.Empty(world.Contradictions);

        world.Restart();
        world.Load();
        Assert.Equal(4, world.Ledger.Tally.Live);
    }

    [Fact]
    public void A_join_that_is_made_while_its_tree_is_being_read_is_decided_when_that_has_been()
    {
        using var world = new StoreWorld();
        world.Submit();

        world.Restart();
        world.AddWorker();
        world.Load(1);
        var root = world.Live("root");
        world.End(root, EndKind.Joined, join: world.Join(root, [], JoinPolicy.All));
        world.Load();

        Assert.Equal(TaskState.Running, world.Live("join").State);
    }

    [Fact]
    public void A_tree_whose_last_task_ends_while_it_is_being_read_ends_in_this_process_or_in_the_next()
    {
        using var world = new StoreWorld();
        world.Submit();

        world.Restart();
        world.AddWorker();
        world.Load(1);
        world.End(world.Live("root"), EndKind.Succeeded);
        Assert.DoesNotContain(world.Left, static effect => effect is TreeEnded);
        Assert.Empty(world.Contradictions);

        world.Restart();
        world.Load();

        var outcome = Assert.Single(world.Left.OfType<TreeEnded>()).Outcome;
        Assert.Equal((TaskState.Succeeded, 1), (outcome.State, outcome.Succeeded));
    }

    [Fact]
    public void A_suspect_that_waits_for_a_worker_does_not_wake_the_engine_again_and_again()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        world.AddWorker();
        world.Submit("first");
        world.Submit("second");

        world.Restart();
        world.Load();
        world.AddWorker(); // takes one of the two suspects, and is busy
        world.Advance(TimeSpan.FromSeconds(10));

        Assert.Single(world.Ledger.LiveTasks, static task => task.State == TaskState.Ready);
        Assert.Null(world.Ledger.NextDue);
    }

    [Fact]
    public void A_fold_that_was_decided_early_takes_the_same_outcomes_in_the_next_process()
    {
        using var world = new StoreWorld(new LedgerSettings { WorkerLossesMax = 3 });
        world.AddWorker();
        world.AddWorker();
        var root = world.Submit();
        TaskRecord[] children = [world.Child(root, 0), world.Child(root, 1)];
        world.End(root, EndKind.Joined, children, world.Join(root, children, JoinPolicy.Quorum(1), isFold: true));
        world.End(children[0], EndKind.Succeeded);
        world.End(children[1], EndKind.Succeeded); // cancelled by the fold, whatever it says
        var fold = Assert.IsType<JoinRecord>(world.Live("join"));
        Assert.Equal((TaskState.Running, 1), (fold.State, fold.Step!.Length));

        world.Restart();
        world.Load();
        world.AddWorker();

        fold = Assert.IsType<JoinRecord>(world.Live("join"));
        Assert.Equal((TaskState.Running, 1), (fold.State, fold.Step!.Length));
    }

    [Fact]
    public void Of_several_that_died_with_the_process_too_often_the_oldest_fails_their_join()
    {
        using var world = new StoreWorld(new LedgerSettings { WorkerLossesMax = 1 });
        world.AddWorker();
        world.AddWorker();
        var root = world.Submit();
        var early = new TaskRecord(root.Id.Now(0), root.Type, new Job("early"), root.Path, null);
        world.Step(() => world.Ledger.SpawnNow(root, root.Run, early, world.Now));
        var late = world.Child(root, 0);
        var join = world.Join(root, [late], JoinPolicy.All);
        var both = new JoinRecord(root.Id.Join(), join.Type, new Job("join"), root.Path, JoinPolicy.All, 2, false) { EarlyChildren = [(early.Id, 0)] };
        (late.Join, late.JoinIndex) = (both, 1);
        world.End(root, EndKind.Joined, [late], both);
        Assert.Equal((TaskState.Running, TaskState.Running), (early.State, late.State));

        world.Restart();
        world.Load();

        Assert.Equal(early.Id, Assert.Single(world.Left.OfType<TreeEnded>()).Outcome.FirstFailure!.TaskId);
    }

    [Fact]
    public void A_failure_that_no_join_looked_at_counts_once_however_often_the_process_dies()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        world.AddWorker();
        world.AddWorker();
        var root = world.Submit();
        var child = Early(world, root, "child");
        var grandchild = Early(world, child, "grandchild");
        var both = new JoinRecord(root.Id.Join(), world.Join(root, [], JoinPolicy.All).Type, new Job("join"), root.Path, JoinPolicy.All, 1, false) { EarlyChildren = [(child.Id, 0)] };
        world.End(root, EndKind.Joined, [], both);
        var slow = world.Child(child, 0);
        world.End(child, EndKind.Joined, [slow], world.Join(child, [slow], JoinPolicy.All));
        world.End(grandchild, EndKind.FailedForGood, payload: new Failure { Kind = FailureKind.Permanent, Type = "Broken", Message = "for good" });

        world.Restart();
        world.Load();
        world.AddWorker();
        while (world.Ledger.LiveTasks.FirstOrDefault(static task => task.State == TaskState.Running) is { } running)
        {
            world.End(running, EndKind.Succeeded);
        }

        Assert.Equal(1, Assert.Single(world.Left.OfType<TreeEnded>()).Outcome.UnjoinedFailures);
    }

    private static TaskRecord Early(StoreWorld world, TaskRecord parent, string name)
    {
        var child = new TaskRecord(parent.Id.Now(0), parent.Type, new Job(name), parent.Path, null);
        world.Step(() => world.Ledger.SpawnNow(parent, parent.Run, child, world.Now));
        return child;
    }
}
