using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Stopping;

public sealed class DrainSpec(ITestOutputHelper output) : VirtualTimeSpec(output, workers: 2)
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Finish_trees_runs_every_tree_to_its_end()
    {
        await StartAsync();
        var gate = new Gate();
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            [new StepAsync(async child => { await gate.PassAsync(); return child.Spawn(Step.Yield(0)).Id == default ? 0 : 1; }), Step.Yield(2)], Gather.Sum)));
        await gate.Reached;
        var drain = Client.DrainAsync(DrainMode.FinishTrees, Long);
        await Client.ProgressAsync();
        await Assert.ThrowsAsync<EngineStoppedException>(() => Client.SubmitAsync(Step.Yield(1)));
        gate.Open();
        Assert.True((await drain.WaitAsync(Soon)).IsComplete);
        Assert.Equal(5, (await handle.TreeAsync().WaitAsync(Soon)).Succeeded);
    }

    [Fact]
    public async Task Finish_running_starts_nothing_and_keeps_the_follow_ups()
    {
        await StartAsync();
        var gate = new Gate();
        var child = new Happening();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            await gate.PassAsync();
            return context.Attempt > 0 ? Joined() : 0;

            Ending<int> Joined() => context.Join([new Step(_ => child.Happens()), new Step(_ => child.Happens())], Gather.Sum);
        }));
        await gate.Reached;
        var drain = Client.DrainAsync(DrainMode.FinishRunning, Long);
        await Client.ProgressAsync();
        gate.Open();
        var report = await drain.WaitAsync(Soon);
        Assert.Equal(4, report.LeftCount);
        Assert.Equal(2, report.Left.Count(task => task.State == TaskState.Ready && task.Type == nameof(Step)));
        Assert.Contains(report.Left, task => task.State == TaskState.Joining && task.Id == handle.Id);
        Assert.All(report.Left, task => Assert.Equal(handle.Id, task.RootId));
        Assert.Equal(0, child.Times);
    }

    [Fact]
    public async Task Now_interrupts_what_runs_and_that_costs_no_attempt()
    {
        await StartAsync();
        var never = new Gate();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            await never.PassAsync().WaitAsync(context.CancellationToken);
            return 1;
        }));
        await never.Reached;
        var report = await Client.DrainAsync(DrainMode.Now, Long).WaitAsync(Soon);
        var left = Assert.Single(report.Left);
        Assert.Equal((handle.Id, TaskState.Ready, 0), (left.Id, left.State, left.Attempt));
    }

    [Fact]
    public async Task Now_keeps_a_success_that_came_all_the_same()
    {
        await StartAsync();
        var gate = new Gate();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            using var fires = context.CancellationToken.Register(gate.Open);
            await gate.PassAsync();
            return 7;
        }));
        await gate.Reached;
        Assert.True((await Client.DrainAsync(DrainMode.Now, Long).WaitAsync(Soon)).IsComplete);
        Assert.Equal(7, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task Now_leaves_a_deaf_handler_behind_after_the_grace_time()
    {
        await StartAsync();
        var gate = new Gate();
        await Client.SubmitAsync(new Step(_ => { gate.Pass(); return 1; }));
        await gate.Reached;
        var drain = Client.DrainAsync(DrainMode.Now, Long);
        await AdvanceAsync(Seconds(4.9));
        Assert.False(drain.IsCompleted);
        await AdvanceAsync(Seconds(0.2));
        var left = Assert.Single((await drain.WaitAsync(Soon)).Left);
        Assert.Equal((TaskState.Ready, 0), (left.State, left.Attempt));
        gate.Open();
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_lists_what_is_left()
    {
        await StartAsync();
        var gate = new Gate();
        await Client.SubmitAsync(new StepAsync(async _ => { await gate.PassAsync(); return 1; }));
        await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { Delay = Seconds(1000) });
        await gate.Reached;
        var drain = Client.DrainAsync(DrainMode.FinishTrees, Seconds(20));
        await AdvanceAsync(Seconds(19));
        Assert.False(drain.IsCompleted);
        await AdvanceAsync(Seconds(1));
        var report = await drain.WaitAsync(Soon);
        Assert.Equal([TaskState.Scheduled, TaskState.Running], report.Left.Select(task => task.State).Order());
        gate.Open();
    }

    [Fact]
    public async Task A_second_drain_may_be_stricter_and_both_are_answered()
    {
        await StartAsync();
        var never = new Gate();
        await Client.SubmitAsync(new StepAsync(async context => { await never.PassAsync().WaitAsync(context.CancellationToken); return 1; }));
        await never.Reached;
        var mild = Client.DrainAsync(DrainMode.FinishTrees, Long);
        var strict = Client.DrainAsync(DrainMode.Now, Long);
        Assert.Equal(1, (await strict.WaitAsync(Soon)).LeftCount);
        Assert.Equal(1, (await mild.WaitAsync(Soon)).LeftCount);
    }

    [Fact]
    public async Task Draining_an_idle_engine_is_over_at_once_and_so_is_draining_it_again()
    {
        await StartAsync();
        Assert.True((await Client.DrainAsync(DrainMode.FinishRunning, Long).WaitAsync(Soon)).IsComplete);
        Assert.True((await Client.DrainAsync(DrainMode.FinishTrees, Long).WaitAsync(Soon)).IsComplete);
    }

    [Fact]
    public async Task A_task_that_comes_due_while_trees_are_finished_is_run()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(Step.Yield(3), new SubmitOptions { Delay = Seconds(10) });
        var drain = Client.DrainAsync(DrainMode.FinishTrees, Long);
        await AdvanceAsync(Seconds(10));
        Assert.True((await drain.WaitAsync(Soon)).IsComplete);
        Assert.Equal(3, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }
}
