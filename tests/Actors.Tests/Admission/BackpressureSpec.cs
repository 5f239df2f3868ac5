using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Admission;

public sealed class BackpressureSpec(ITestOutputHelper output) : EngineSpec(output, """
    actors.admission { pending-max = 3, pools.io.pending-max = 1 }
    akka.actor.deployment."/tasks/io" { router = round-robin-pool, nr-of-instances = 2 }
    akka.actor.deployment."/tasks/default" { router = round-robin-pool, nr-of-instances = 4 }
    """)
{
    private static readonly SubmitOptions Refuse = new() { WhenFull = WhenFull.Refuse };

    [Fact]
    public async Task What_is_submitted_beyond_the_bound_waits_for_its_turn_in_order()
    {
        await StartAsync(InPools);
        var gates = Gates(8);
        var submitted = gates.Select(gate => Client.SubmitAsync(Held(gate))).ToArray();
        await Task.WhenAll(submitted[..3]).WaitAsync(Soon);
        var progress = await Client.ProgressAsync();
        Assert.Equal(3, progress.LiveTrees);
        for (var ended = 0; ended < 5; ended++)
        {
            Assert.False(submitted[ended + 3].IsCompleted);
            gates[ended].Open();
            await submitted[ended + 3].WaitAsync(Soon);
            Assert.All(submitted[(ended + 4)..], static later => Assert.False(later.IsCompleted));
        }

        gates[5].Open();
        gates[6].Open();
        gates[7].Open();
        foreach (var handle in submitted)
        {
            Assert.Equal(1, (await (await handle).OutcomeAsync().WaitAsync(Soon)).Value);
        }
    }

    [Fact]
    public async Task Whoever_would_rather_not_wait_is_refused_with_the_numbers()
    {
        await StartAsync(InPools);
        var gate = new Gate();
        await Client.SubmitManyAsync(Enumerable.Range(0, 3).Select(_ => Held(gate)));
        var full = await Assert.ThrowsAsync<EngineFullException>(() => Client.SubmitAsync(Held(gate), Refuse));
        Assert.Equal((3, 3, null), (full.Pending, full.Limit, full.Pool));
        Assert.Equal("The engine has 3 tree(s) pending, of 3 that it may have, and 1 more were submitted.", full.Message);
        gate.Open();
        await UntilAsync(static progress => progress.LiveTrees == 0);
        await (await Client.SubmitAsync(Held(gate), Refuse)).OutcomeAsync().WaitAsync(Soon);
    }

    [Fact]
    public async Task A_pool_that_is_full_does_not_hold_up_another()
    {
        await StartAsync(InPools);
        var gate = new Gate();
        await Client.SubmitAsync(HeldInIo(gate));
        var full = await Assert.ThrowsAsync<EngineFullException>(() => Client.SubmitAsync(HeldInIo(gate), Refuse));
        Assert.Equal((1, 1, "io"), (full.Pending, full.Limit, full.Pool));
        var waiting = Client.SubmitAsync(HeldInIo(gate));
        await (await Client.SubmitAsync(Step.Yield(1), Refuse)).OutcomeAsync().WaitAsync(Soon);
        Assert.False(waiting.IsCompleted);
        gate.Open();
        await (await waiting.WaitAsync(Soon)).OutcomeAsync().WaitAsync(Soon);
    }

    [Fact]
    public async Task Whoever_stops_waiting_leaves_nothing_behind()
    {
        await StartAsync(InPools);
        var gate = new Gate();
        var ran = new Happening();
        await Client.SubmitManyAsync(Enumerable.Range(0, 3).Select(_ => Held(gate)));
        using var patience = new CancellationTokenSource();
        var waiting = Client.SubmitAsync(new Step(_ => ran.Happens()), null, patience.Token);
        await Client.ProgressAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Open();
        await UntilAsync(static progress => progress.LiveTrees == 0);
        Assert.Equal(0, ran.Times);
    }

    [Fact]
    public async Task Follow_ups_are_never_refused_and_never_wait()
    {
        await StartAsync(InPools);
        Assert.Equal(100, (await OutcomeAsync(new Step(static context => context.Join(Enumerable.Range(0, 100).Select(static _ => Step.Yield(1)), Gather.Sum)))).Value);
    }

    [Fact]
    public async Task More_at_once_than_fit_at_all_are_refused_and_fewer_come_in_together()
    {
        await StartAsync(InPools);
        var refused = await Assert.ThrowsAsync<EngineFullException>(() => Client.SubmitManyAsync(Enumerable.Range(0, 4).Select(Step.Yield)));
        Assert.Contains("fit never", refused.Message, StringComparison.Ordinal);
        var gate = new Gate();
        await Client.SubmitAsync(Held(gate));
        var three = Client.SubmitManyAsync(Enumerable.Range(0, 3).Select(Step.Yield));
        var one = Client.SubmitAsync(Step.Yield(1)); // came later, and passes nobody
        await Client.ProgressAsync();
        Assert.False(three.IsCompleted);
        Assert.False(one.IsCompleted);
        gate.Open();
        await three.WaitAsync(Soon);
        await one.WaitAsync(Soon);
    }

    [Fact]
    public async Task A_key_that_is_live_needs_no_room()
    {
        await StartAsync(InPools);
        var gate = new Gate();
        var options = Refuse with { Key = "once" };
        await Client.SubmitAsync(Held(gate), options);
        await Client.SubmitManyAsync(Enumerable.Range(0, 2).Select(_ => Held(gate)));
        var again = await Client.SubmitAsync(Held(gate), options);
        gate.Open();
        Assert.Equal(1, (await again.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task When_the_engine_stops_nobody_waits_any_more()
    {
        await StartAsync(InPools);
        var gate = new Gate();
        await Client.SubmitManyAsync(Enumerable.Range(0, 3).Select(_ => Held(gate)));
        var waiting = Client.SubmitAsync(Held(gate));
        await Client.ProgressAsync();
        var drained = Client.DrainAsync(DrainMode.FinishTrees, TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<EngineStoppedException>(() => waiting.WaitAsync(Soon));
        gate.Open();
        Assert.True((await drained).IsComplete);
    }

    private static void InPools(TaskRegistry tasks) => tasks
        .AddHandler<VisitHandler>()
        .Configure<OtherVisit>(static type => type with { Pool = "io" });

    private static Gate[] Gates(int count) => [.. Enumerable.Range(0, count).Select(static _ => new Gate())];

    private static StepAsync Held(Gate gate) => new(async _ =>
    {
        await gate.PassAsync();
        return 1;
    });

    private static OtherVisit HeldInIo(Gate gate) => new("", async _ =>
    {
        await gate.PassAsync();
        return 1;
    });
}
