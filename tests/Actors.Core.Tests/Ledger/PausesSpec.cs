using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class PausesSpec
{
    private readonly LedgerWorld _world = new(workers: 2);
    private readonly Pause _pause = new("ada", new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private PoolRecord Pool => _world.Ledger.Pools[0];

    [Fact]
    public void Nothing_of_a_paused_pool_starts_and_what_runs_goes_on()
    {
        var running = _world.Submit("running");
        Assert.True(_world.Do(() => _world.Ledger.Pauses.Set(Pool, _pause)));
        Assert.False(_world.Do(() => _world.Ledger.Pauses.Set(Pool, _pause)));
        var waiting = _world.Submit("waiting");
        _world.Succeed(running, 0, _world.Children(running, 2));

        Assert.Equal(TaskState.Succeeded, running.State);
        Assert.Empty(_world.Running);
        Assert.Equal(3, Pool.Ready);
        Assert.Same(_pause, _world.Ledger.Pauses.Of(waiting));

        Assert.True(_world.Do(() => Pauses.End(Pool)));
        Assert.Equal(2, _world.Running.Count());
        _world.Finish();
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void Nothing_of_a_paused_tree_starts_and_others_do()
    {
        var (tree, other) = (_world.Submit("tree"), _world.Submit("other"));
        _world.Do(() => _world.Ledger.Pauses.Set(tree.Tree!, _pause));
        var join = _world.EndWithJoin(tree, _world.Children(tree, 3));
        _world.Succeed(other, 0, _world.Children(other, 2));

        Assert.All(_world.Running, task => Assert.Same(other.Tree, task.Tree));
        _world.Finish();
        Assert.Equal((4, 1), (_world.Ledger.Tally.Live - 1, _world.Ledger.Pauses.Trees)); // the owner aside: its children and its join
        Assert.False(tree.Tree!.MayRunAhead);

        _world.Do(() => _world.Ledger.Pauses.End(tree.Tree!));
        _world.Finish();
        Assert.Equal((TaskState.Succeeded, 0), (join.State, _world.Ledger.Pauses.Trees));
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void Nothing_of_a_paused_type_starts_and_when_it_ends_all_lies_where_it_lay()
    {
        var world = new LedgerWorld { Recounts = true };
        var root = world.Submit("root");
        world.Do(() => world.Ledger.Pauses.Set(world.Work, _pause));
        world.Succeed(root, 0, world.Children(root, 3));
        Assert.Empty(world.Running);
        Assert.False(world.Work.MayRunAhead);

        world.Do(() => world.Ledger.Pauses.End(world.Work));
        world.Finish();
        Assert.Equal(["root", "root.0", "root.1", "root.2"], world.Effects.OfType<Assignment>().SelectMany(LedgerWorld.NamesOf));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_type_that_is_paused_again_while_its_tasks_come_back_stays_paused()
    {
        var world = new LedgerWorld(workers: 1) { Recounts = false };
        var root = world.Submit("root");
        world.Do(() => world.Ledger.Pauses.Set(world.Work, _pause));
        world.Succeed(root, 0, world.Children(root, 10_000));
        var join = world.Submit(new TaskRecord(TaskId.FromKey("of another type"), world.Join, new Job("of another type"), null, null));
        Assert.Equal(join, Assert.Single(world.Running));
        world.Succeed(join);

        world.Ledger.Pauses.End(world.Work);
        world.Ledger.Dispatch(world.Now);
        Assert.True(world.Ledger.HasMore);
        var started = world.Ledger.Effects.OfType<Assignment>().Single();
        world.Ledger.Effects.Clear();
        world.Ledger.Pauses.Set(world.Work, _pause);
        Assert.True(started.Tasks[0].Task.IsHeldBack);
        world.Report(started, null, world.Ended(started.Tasks[0].Task, EndKind.GivenBack));
        Assert.Empty(world.Running);
        Assert.Equal(10_000, world.Ledger.Pools[0].Ready);

        world.Do(() => world.Ledger.Pauses.End(world.Work));
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_a_worker_has_not_started_is_given_back_and_costs_no_attempt()
    {
        _world.MakeWorkShort();
        var root = _world.Submit("root");
        _world.Succeed(root, 0, _world.Children(root, 4));
        var chunk = _world.AssignmentOf(_world.Running.First());
        _world.Effects.Clear();
        _world.Do(() => _world.Ledger.Pauses.Set(root.Tree!, _pause));

        Assert.All(chunk.Tasks, static run => Assert.True(run.Task.IsHeldBack));
        Assert.Contains(_world.Effects.OfType<Recall>(), recall => recall.Assignment == chunk);
        _world.Report(chunk, null, [.. chunk.Tasks.Select(run => _world.Ended(run.Task, EndKind.Interrupted))]);
        Assert.All(chunk.Tasks, static run => Assert.Equal((TaskState.Ready, 0), (run.Task.State, run.Task.Attempt)));

        _world.Do(() => _world.Ledger.Pauses.End(root.Tree!));
        Assert.All(chunk.Tasks, static run => Assert.False(run.Task is { State: TaskState.Running, IsHeldBack: true }));
        _world.Finish();
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_is_cancelled_while_it_is_paused_ends_and_does_not_come_back()
    {
        var (tree, ofPausedType) = (_world.Submit("tree"), _world.Submit("of a paused type"));
        _world.Do(() => _world.Ledger.Pauses.Set(_world.Work, _pause));
        _world.Succeed(tree, 0, _world.Children(tree, 2));
        _world.Succeed(ofPausedType, 0, _world.Children(ofPausedType, 1));
        _world.CancelTree(tree);
        _world.Do(() => _world.Ledger.Pauses.Set(ofPausedType.Tree!, _pause));
        _world.Do(() => _world.Ledger.Pauses.End(_world.Work));
        _world.CancelTree(ofPausedType);

        Assert.Empty(_world.Running);
        Assert.Equal(0, _world.Ledger.Pauses.Trees);
        _world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_retry_and_a_due_task_wait_for_the_end_of_the_pause()
    {
        var world = new LedgerWorld(retry: new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.FromSeconds(1), Jitter = 0 });
        var task = world.Submit();
        world.Do(() => world.Ledger.Pauses.Set(world.Ledger.Pools[0], _pause));
        world.Fail(task);
        world.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TaskState.Ready, task.State);

        world.Do(() => Pauses.End(world.Ledger.Pools[0]));
        Assert.Equal((TaskState.Running, 2), (task.State, task.Attempt));
    }

    [Fact]
    public void A_tree_that_is_paused_does_not_hold_up_who_has_waited_behind_it()
    {
        var world = new LedgerWorld();
        var (a, b, c) = (world.Submit("a"), world.Submit("b"), world.Submit("c"));
        world.Do(() => world.Ledger.Pauses.Set(b.Tree!, _pause));
        world.Succeed(a);
        Assert.Equal(c, Assert.Single(world.Running));
        world.Do(() => world.Ledger.Pauses.End(b.Tree!));
        world.Succeed(c);
        Assert.Equal(b, Assert.Single(world.Running));
    }
}
