using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Cancelling;

public sealed class CancelSpec(ITestOutputHelper output) : EngineSpec(output)
{
    [Fact]
    public async Task A_running_task_hears_of_it_by_its_token()
    {
        await StartAsync();
        var (started, fired) = (new Happening(), new Happening());
        var never = new Gate();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            context.CancellationToken.Register(() => fired.Happens());
            started.Happens();
            await never.PassAsync().WaitAsync(context.CancellationToken);
            return 1;
        }));
        await started.AtLeast(1);
        Assert.True(await handle.CancelAsync());
        await fired.AtLeast(1);
        Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
        Assert.Equal(TaskState.Cancelled, (await handle.TreeAsync().WaitAsync(Soon)).State);
        Assert.False(await handle.CancelAsync());
    }

    [Fact]
    public async Task A_blocking_handler_hears_of_it_by_its_token_too()
    {
        await StartAsync();
        var started = new Happening();
        var handle = await Client.SubmitAsync(new Step(context =>
        {
            started.Happens();
            context.CancellationToken.WaitHandle.WaitOne(Soon);
            context.CancellationToken.ThrowIfCancellationRequested();
            return 1;
        }));
        await started.AtLeast(1);
        await handle.CancelAsync();
        Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
    }

    [Fact]
    public async Task A_task_that_ends_well_after_it_was_cancelled_is_cancelled_and_has_spawned_nothing()
    {
        await StartAsync();
        var gate = new Gate();
        var child = new Happening();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            await gate.PassAsync();
            context.Spawn(new Step(_ => child.Happens()));
            return 1;
        }));
        await gate.Reached;
        Assert.True(await handle.CancelAsync());
        gate.Open();
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.True(tree.Root.IsCancelled);
        Assert.Equal(1, tree.Tasks);
        Assert.Equal(0, child.Times);
    }

    [Fact]
    public async Task Cancelling_a_tree_reaches_tasks_that_are_spawned_a_moment_later()
    {
        await StartAsync();
        var (early, late) = (new Gate(), new Happening());
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            [
                new StepAsync(async child =>
                {
                    await early.PassAsync();
                    child.SpawnNow(new Step(_ => late.Happens()));
                    child.Spawn(new Step(_ => late.Happens()));
                    return 1;
                }),
                new Step(child => child.Join([new StepAsync(async grandchild => { await early.PassAsync().WaitAsync(grandchild.CancellationToken); return 1; })], Gather.Sum)),
            ],
            Gather.Sum)));
        await early.Reached;
        Assert.True(await handle.CancelAsync());
        early.Open();
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal(TaskState.Cancelled, tree.State);
        Assert.Equal(0, late.Times);
        Assert.Equal(0, (await Client.ProgressAsync()).Live);
    }

    [Fact]
    public async Task Cancelling_one_task_takes_what_is_below_it_and_its_join_hears_of_it()
    {
        await StartAsync();
        var gate = new Gate();
        TaskId victim = default;
        var below = new Happening();
        var handle = await Client.SubmitAsync(new Step(context =>
        {
            var branch = context.Spawn(new Step(child => child.Join(
                [new StepAsync(async leaf => { await gate.PassAsync().WaitAsync(leaf.CancellationToken); return below.Happens(); })], Gather.Sum)));
            victim = branch.Id;
            return context.Join([branch, context.Spawn(Step.Yield(5))], Gather.Count, JoinPolicy.Collect);
        }));
        await gate.Reached;
        Assert.True(await Client.CancelAsync(victim));
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal(1, tree.Root.UntypedValue);
        Assert.Equal(TaskState.Succeeded, tree.State);
        Assert.Equal(3, tree.Cancelled); // the branch, its join, its leaf
        Assert.Equal(0, below.Times);
    }

    [Fact]
    public async Task A_cancelled_task_that_waits_for_a_worker_never_runs()
    {
        await StartAsync();
        var gate = new Gate();
        var busy = await Client.SubmitManyAsync(Enumerable.Range(0, 4).Select(_ => new StepAsync(async _ => { await gate.PassAsync(); return 1; })));
        var ran = new Happening();
        await UntilAsync(TaskState.Running, 4);
        var waiting = await Client.SubmitAsync(new Step(_ => ran.Happens()));
        Assert.True(await waiting.CancelAsync());
        Assert.True((await waiting.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
        gate.Open();
        foreach (var handle in busy)
        {
            Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsSucceeded);
        }

        Assert.Equal(0, ran.Times);
    }

    [Fact]
    public async Task A_scheduled_task_is_cancelled_at_once()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { Delay = TimeSpan.FromHours(1) });
        Assert.True(await handle.CancelAsync());
        Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
    }

    [Fact]
    public async Task The_completion_task_of_a_cancelled_tree_runs_all_the_same()
    {
        await StartAsync(tasks => tasks.AddHandler<CompletionHandler>());
        var gate = new Gate();
        var done = new Happening();
        var handle = await Client.SubmitAsync(
            new StepAsync(async context => { await gate.PassAsync().WaitAsync(context.CancellationToken); return 1; }),
            new SubmitOptions { WhenDone = new Completion(_ => done.Happens()) });
        await gate.Reached;
        await handle.CancelAsync();
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal(TaskState.Cancelled, tree.State);
        Assert.Equal(1, tree.Succeeded);
        Assert.Equal(1, done.Times);
    }

    [Fact]
    public async Task An_operation_that_somebody_else_cancelled_is_a_failure()
    {
        await StartAsync();
        using var foreign = new CancellationTokenSource();
        await foreign.CancelAsync();
        var outcome = await OutcomeAsync(new StepAsync(async _ =>
        {
            await Task.FromCanceled(foreign.Token);
            return 1;
        }));
        Assert.True(outcome.IsFailed);
        Assert.Equal(typeof(TaskCanceledException).FullName, outcome.Failure!.Type);
    }
}

/// <summary>A task without a result, for the end of a tree.</summary>
public sealed record Completion(Action<TaskContext> Body) : ITask;

public sealed class CompletionHandler : ITaskHandler<Completion>
{
    public Ending<Unit> Handle(Completion task, TaskContext context)
    {
        task.Body(context);
        return context.Done();
    }
}
