using Akka.Actor;
using Xunit.Abstractions;

namespace Actors.Tests.Engine;

/// <summary>The actor system stops: in order, with a drain in a phase of its own.</summary>
public sealed class SystemEndSpec(ITestOutputHelper output) : EngineSpec(output, "actors.drain { mode = finish-running, timeout = 8s }")
{
    [Fact]
    public async Task Shutting_down_lets_what_runs_end_lists_what_is_left_and_tells_whoever_awaits()
    {
        await StartAsync();
        var gate = new Gate();
        var spawned = new Happening();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            await gate.PassAsync();
            context.SpawnNow(Step.Yield(2));
            var ending = context.Join([Step.Yield(1)], Gather.Sum); // a submission while the engine stops throws nothing and is kept
            spawned.Happens();
            return ending;
        }));
        await gate.Reached;
        var awaited = handle.OutcomeAsync();
        Task stopped = Task.CompletedTask;
        await EventFilter.Warning(contains: "Left undone: task").ExpectAsync(4, Soon, async () =>
        {
            stopped = Sys.Terminate();
            await RefusedAsync();
            gate.Open();
            await spawned.AtLeast(1);
        });
        await stopped.WaitAsync(Soon);
        await Assert.ThrowsAsync<EngineStoppedException>(() => awaited.WaitAsync(Soon));
        await Assert.ThrowsAsync<EngineStoppedException>(() => handle.TreeAsync().WaitAsync(Soon));
        await Assert.ThrowsAsync<EngineStoppedException>(() => Client.SubmitAsync(Step.Yield(1)).WaitAsync(Soon));
        await Assert.ThrowsAsync<EngineStoppedException>(() => Client.ProgressAsync().WaitAsync(Soon));
        await Assert.ThrowsAsync<EngineStoppedException>(() => Client.CancelAsync(handle.Id).WaitAsync(Soon));
    }

    [Fact]
    public async Task The_phase_of_the_drain_lasts_longer_than_akkas_five_seconds()
    {
        await StartAsync();
        var shutdown = CoordinatedShutdown.Get(Sys);
        Assert.Equal(TimeSpan.FromSeconds(35), shutdown.Timeout(CoordinatedShutdown.PhaseBeforeServiceUnbind));
    }

    [Fact]
    public async Task An_engine_is_started_once_in_a_system()
    {
        await StartAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TaskEngine.StartAsync(Sys, tasks => tasks.AddHandler<StepHandler>()));
        Assert.Contains("started before", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await OutcomeAsync(Step.Yield(1))).Value);
    }

    [Fact]
    public void Without_an_engine_the_message_says_how_to_start_one()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => TaskEngine.Get(Sys).Client);
        Assert.Contains("AddActorTasks", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Submits until the drain has begun: from then on the engine refuses.</summary>
    private async Task RefusedAsync()
    {
        using var tooLate = new CancellationTokenSource(Soon);
        while (true)
        {
            try
            {
                await (await Client.SubmitAsync(Step.Yield(1), cancellationToken: tooLate.Token)).OutcomeAsync(tooLate.Token);
            }
            catch (EngineStoppedException)
            {
                return;
            }
        }
    }
}
