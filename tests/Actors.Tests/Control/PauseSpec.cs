using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Control;

public sealed class PauseSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    [Fact]
    public async Task What_runs_in_a_paused_pool_goes_on_and_nothing_else_starts_until_it_is_resumed()
    {
        await StartAsync();
        var (gate, started) = (new Gate(), new Happening());
        var running = await Client.SubmitAsync(new StepAsync(async context =>
        {
            await gate.PassAsync();
            context.Spawn(new Step(_ => started.Happens()));
            return 1;
        }));
        await gate.Reached;
        Assert.True(await Control.As("ada").PausePoolAsync("default"));
        Assert.False(await Control.PausePoolAsync("default"));
        gate.Open();
        Assert.Equal(1, (await running.OutcomeAsync().WaitAsync(Soon)).Value);

        var progress = await UntilAsync(TaskState.Ready, 1).ContinueWith(_ => Client.ProgressAsync()).Unwrap();
        Assert.Equal((0, 1, "ada"), (progress.Pools[0].Busy, progress.Pools[0].Ready, progress.Pools[0].Pause!.By));
        Assert.Equal(0, started.Times);

        Assert.True(await Control.As("bob").ResumePoolAsync("default"));
        Assert.False(await Control.ResumePoolAsync("default"));
        await running.TreeAsync().WaitAsync(Soon);
        Assert.Equal(["bob resume pool/default", "ada pause pool/default"], (await Control.AuditAsync()).Select(static entry => $"{entry.By} {entry.Action} {entry.Target}"));
    }

    [Fact]
    public async Task However_many_are_paused_what_is_behind_them_starts_though_nothing_else_happens()
    {
        await StartAsync();
        await Control.PauseTypeAsync("Step");
        var paused = await Client.SubmitManyAsync(Enumerable.Repeat(Step.Yield(1), 10 * Actors.Ledger.Pauses.TasksInStepMax));
        var behind = await Client.SubmitAsync(new StepAsync(static _ => new(7)));
        Assert.Equal(7, (await behind.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.Equal(paused.Count, await Control.CancelAsync(new TaskFilter { Type = "Step" }));
    }

    [Fact]
    public async Task A_paused_type_and_a_paused_tree_start_nothing_and_others_go_on()
    {
        await StartAsync();
        await Control.PauseTypeAsync("StepAsync");
        var ofType = await Client.SubmitAsync(new StepAsync(_ => new(1)));
        var gate = new Gate();
        var tree = await Client.SubmitAsync(new Step(context =>
        {
            gate.Pass();
            return context.Join([Step.Yield(2), Step.Yield(3)], Gather.Sum);
        }));
        await gate.Reached;
        Assert.True(await Control.PauseTreeAsync(tree.Id));
        gate.Open();
        Assert.Equal(7, (await OutcomeAsync(Step.Yield(7))).Value);

        var progress = await Client.ProgressAsync();
        Assert.Equal((1, 3), (progress.PausedTrees, progress.Count(TaskState.Ready)));
        Assert.NotNull(progress.Types.Single(static type => type.Type == "StepAsync").Pause);
        await Control.ResumeTreeAsync(tree.Id);
        Assert.Equal(5, (await tree.OutcomeAsync().WaitAsync(Soon)).Value);
        await Control.ResumeTypeAsync("StepAsync");
        Assert.Equal(1, (await ofType.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.False(await Control.PauseTreeAsync(tree.Id)); // it has ended
    }

    [Fact]
    public async Task What_a_worker_has_in_its_chunk_does_not_start_once_the_pause_is_acknowledged()
    {
        await StartAsync();
        var (gate, after) = (new Gate(), new Happening());
        for (var count = 0; count < 100; count++)
        {
            await OutcomeAsync(Step.Yield(0)); // so that the type is known to be short and travels in chunks
        }

        var blocks = 0;
        var tree = await Client.SubmitAsync(new Step(context =>
        {
            context.SpawnMany(Enumerable.Range(0, 50).Select(_ => new Step(_ =>
            {
                if (Interlocked.Increment(ref blocks) == 1)
                {
                    gate.Pass();
                }
                else
                {
                    after.Happens();
                }

                return 0;
            })));
            return 0;
        }));
        await gate.Reached;
        await Control.PauseTreeAsync(tree.Id);
        gate.Open();
        await UntilAsync(TaskState.Ready, 49);
        Assert.Equal(0, after.Times);
        await Control.ResumeTreeAsync(tree.Id);
        Assert.Equal(51, (await tree.TreeAsync().WaitAsync(Soon)).Succeeded);
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_paused()
    {
        await StartAsync();
        Assert.Contains("The pools are default", (await Assert.ThrowsAsync<ArgumentException>(() => Control.PausePoolAsync("oi"))).Message, StringComparison.Ordinal);
        Assert.Contains("StepAsync", (await Assert.ThrowsAsync<ArgumentException>(() => Control.PauseTypeAsync("oi"))).Message, StringComparison.Ordinal);
        Assert.False(await Control.PauseTreeAsync(TaskId.FromKey("never")));
        Assert.Empty(await Control.AuditAsync());
    }

    [Fact]
    public async Task Inside_a_handler_nobody_waits_for_the_controls()
    {
        await StartAsync();
        var control = Control;
        var outcome = await OutcomeAsync(new StepAsync(async _ => await control.PausePoolAsync("default") ? 1 : 0));
        Assert.Equal(typeof(InvalidOperationException).FullName, outcome.Failure!.Type);
    }

    [Fact]
    public async Task In_memory_the_last_thousand_actions_are_remembered()
    {
        await StartAsync();
        for (var count = 0; count < 501; count++)
        {
            await Control.PausePoolAsync("default");
            await Control.ResumePoolAsync("default");
        }

        var all = await Control.AuditAsync(2000);
        Assert.Equal((1000, 1002, 3), (all.Count, all[0].Number, all[^1].Number));
        Assert.Equal([500, 499], (await Control.AuditAsync(2, before: 501)).Select(static entry => entry.Number));
    }
}
