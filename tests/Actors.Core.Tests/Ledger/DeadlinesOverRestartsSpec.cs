using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>What random histories with deadlines, budgets and a store have found, each as the shortest story that shows it.</summary>
public sealed class DeadlinesOverRestartsSpec
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_completion_task_of_a_tree_whose_deadline_has_passed_runs_in_the_next_process()
    {
        using var world = new StoreWorld();
        world.Submit(deadline: Deadline, completion: "completion");
        world.Advance(Deadline);

        world.Restart();
        world.AddWorker();
        world.Load(2);
        world.Load();

        Assert.Equal(TaskState.Running, world.Live("completion").State);
    }

    [Fact]
    public void A_deadline_passes_once_whatever_is_committed_while_its_tree_is_being_read()
    {
        using var world = new StoreWorld();
        world.Submit(deadline: Deadline, completion: "completion");
        world.Advance(Deadline);
        world.AddWorker();
        var completion = world.Live("completion");
        world.End(completion, EndKind.Succeeded, [.. Enumerable.Range(0, 3).Select(place => world.Child(completion, place))]);

        world.Restart();
        world.AddWorker();
        world.Load(3); // the root, the completion task and one of three: it starts
        world.End(world.Ledger.LiveTasks.Single(static task => task.State == TaskState.Running), EndKind.Succeeded);
        world.Restart();
        world.Load();

        Assert.DoesNotContain(world.Left, static effect => effect is TreeExpired);
        Assert.Equal(2, world.Ledger.Tally.Live);
    }

    [Fact]
    public void What_was_told_to_end_at_its_deadline_and_cancelled_then_is_cancelled_in_the_next_process()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        var root = world.Submit(deadline: Deadline);
        world.Advance(Deadline);
        world.Cancel(root);

        world.Restart();
        world.Load();

        Assert.Equal(TaskState.Cancelled, Assert.Single(world.Left.OfType<RootEnded>()).Outcome.State);
    }

    [Fact]
    public void What_was_told_to_end_for_its_budget_when_its_deadline_passed_does_not_run_again_in_the_next_process()
    {
        using var world = new StoreWorld();
        world.AddWorker();
        var root = world.Submit(deadline: Deadline, budget: new TaskBudget { Tasks = 1 });
        world.Step(() => world.Ledger.SpawnNow(root, root.Run, world.Child(root, 0), world.Now));
        world.Advance(Deadline);

        world.Restart();
        world.Load();

        Assert.Equal(FailureKind.Deadline, Assert.Single(world.Left.OfType<RootEnded>()).Outcome.Failure!.Kind);
    }

    [Fact]
    public void A_deadline_that_passed_while_no_process_was_there_counts_what_was_live()
    {
        using var world = new StoreWorld();
        world.Submit(deadline: Deadline);

        world.Restart();
        world.Advance(Deadline);
        world.Load();

        Assert.Equal(1, Assert.Single(world.Left.OfType<TreeExpired>()).Live);
    }

    [Fact]
    public void Of_deadlines_at_one_moment_the_oldest_passes_first()
    {
        using var world = new StoreWorld();
        var roots = Enumerable.Range(0, 12).Select(index => world.Submit($"{index}", Deadline).Id).ToArray();

        world.Advance(Deadline);

        Assert.Equal(roots, world.Left.OfType<TreeExpired>().Select(static expired => expired.Tree.Id));
    }

    [Fact]
    public void A_join_that_was_ready_and_is_cancelled_by_a_failure_while_its_tree_is_being_read_is_not_counted_as_ready()
    {
        using var world = new StoreWorld(new LedgerSettings { ChunkTasksMax = 1 });
        world.AddWorker();
        var root = world.Submit();
        TaskRecord[] children = [world.Child(root, 0), world.Child(root, 1)];
        world.End(root, EndKind.Joined, children, world.Join(root, children, JoinPolicy.All));
        world.Step(world.Ledger.Close);
        var joining = children.Single(static child => child.State == TaskState.Running);
        world.End(joining, EndKind.Joined, join: world.Join(joining, [], JoinPolicy.All));

        world.Restart();
        world.AddWorker();
        world.Load(4); // all but the join that is ready
        world.End(
            world.Ledger.LiveTasks.Single(static task => task.State == TaskState.Running), EndKind.FailedForGood,
            payload: new Failure { Kind = FailureKind.Permanent, Type = "Broken", Message = "for good" });
        world.Load();

        Assert.Equal(0, world.Ledger.Pools[0].Ready);
    }
}
