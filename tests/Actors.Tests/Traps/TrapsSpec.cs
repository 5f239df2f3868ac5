using System.Threading;
using Actors.Tests.Blocking;
using Actors.Tests.Engine;
using Actors.Tests.Retries;
using Actors.Tests.Spawning;
using Actors.Tests.Stopping;
using Actors.Tests.Waiting;
using Actors.Tests.Workers;
using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Actors.Tests.Traps;

/// <summary>
/// Traps of Akka.NET for an engine on it, and the spec here that would notice that it stepped into one. What has no scenario elsewhere stands in this
/// file. Left out is what an engine in memory cannot meet.
/// </summary>
public sealed class TrapsTable
{
    public static SpecTable Lines => new()
    {
        { "a handler is abandoned on stop, its finally never runs", typeof(TrapsSpec), nameof(TrapsSpec.The_finally_of_a_handler_runs_though_its_worker_was_stopped) },
        { "PoisonPill waits for the handler, Stop does not", typeof(ManyWorkersSpec), nameof(ManyWorkersSpec.What_a_lost_worker_had_runs_again_and_the_pool_has_its_size_back) },
        { "an exception in a handler loses the message", typeof(FailureSpec), nameof(FailureSpec.A_handler_that_throws_restarts_no_worker) },
        { "a restart leaves a stale instance", typeof(OneWorkerSpec), nameof(OneWorkerSpec.The_late_outcome_of_a_lost_run_is_ignored) },
        { "the strategy is set in the wrong place", typeof(TrapsSpec), nameof(TrapsSpec.The_loss_of_one_worker_leaves_its_siblings_alone) },
        { "context and self off the actor's thread", typeof(SpawnSpec), nameof(SpawnSpec.The_engine_finds_the_running_task_after_an_await_and_in_what_the_handler_calls) },
        { "the context shows nothing of an actor to wait on", typeof(PublicSurfaceSpec), nameof(PublicSurfaceSpec.Nothing_of_it_is_awaitable_or_waits) },
        { "a handler that never returns", typeof(TimeoutSpec), nameof(TimeoutSpec.Several_abandoned_handlers_in_turn_do_not_use_up_a_pool_of_one) },
        { "a resizer", typeof(OneWorkerSpec), nameof(OneWorkerSpec.A_pool_of_one_survives_the_loss_of_its_worker_again_and_again) },
        { "routers queue behind busy routees", typeof(GiveBackSpec), nameof(GiveBackSpec.What_stands_in_a_chunk_behind_a_slow_task_is_given_back_and_run_elsewhere) },
        { "a bounded mailbox blocks the sender", typeof(TrapsSpec), nameof(TrapsSpec.A_storm_of_submissions_blocks_nobody) },
        { "the dispatcher starves", typeof(BlockedThreadsSpec.TwoHundredWorkers), nameof(BlockedThreadsSpec.TwoHundredWorkers.The_coordinator_answers_while_two_hundred_handlers_block) },
        { "a dispatcher wakes too few threads", typeof(BlockedThreadsSpec.EveryWorkerBlocked), nameof(BlockedThreadsSpec.EveryWorkerBlocked.A_cancel_reaches_a_blocking_handler_though_every_worker_is_blocked) },
        { "dead letters and unhandled messages are silent", typeof(TrapsSpec), nameof(TrapsSpec.A_message_that_nobody_handles_is_noticed) },
        { "a timer beyond what a timer takes", typeof(DueTimeSpec), nameof(DueTimeSpec.A_delayed_task_runs_when_it_is_due_and_not_before) },
        { "coordinated shutdown goes on after 5 s", typeof(SystemEndSpec), nameof(SystemEndSpec.The_phase_of_the_drain_lasts_longer_than_akkas_five_seconds) },
        { "a drain that is cut tells nobody", typeof(DrainSpec), nameof(DrainSpec.A_drain_that_takes_too_long_lists_what_is_left) },
        { "log entries without properties", typeof(TrapsSpec), nameof(TrapsSpec.An_entry_about_a_task_carries_its_properties) },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Has_a_spec(string trap, Type spec, string method)
    {
        Assert.NotEmpty(trap);
        SpecTable.AssertIsSpec(spec, method);
    }
}

public sealed class TrapsSpec(ITestOutputHelper output) : WorkerLossSpec(output, workers: 3)
{
    [Fact]
    public async Task The_finally_of_a_handler_runs_though_its_worker_was_stopped()
    {
        await StartAsync();
        await UntilIdleAsync(3);
        var (started, cleaned) = (new Happening(), new Happening());
        var gate = new Gate();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            try
            {
                if (started.Happens() == 1)
                {
                    await gate.PassAsync().WaitAsync(context.CancellationToken);
                }

                return 1;
            }
            finally
            {
                cleaned.Happens();
            }
        }));
        await started.AtLeast(1);
        foreach (var worker in await WorkersAsync(3))
        {
            Sys.Stop(worker);
        }

        await cleaned.AtLeast(2); // of the lost run too, which its token told to end
        Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task The_loss_of_one_worker_leaves_its_siblings_alone()
    {
        await StartAsync();
        await UntilIdleAsync(3);
        var (started, gate) = (new Happening(), new Gate());
        var handles = await Client.SubmitManyAsync(Enumerable.Range(0, 3).Select(_ => new StepAsync(async context =>
        {
            started.Happens();
            await gate.PassAsync().WaitAsync(context.CancellationToken);
            return 1;
        })));
        await started.AtLeast(3);
        End((await WorkersAsync(3))[0], Death.Kill);
        await started.AtLeast(4); // the one task that was lost
        await UntilAsync(progress => progress.Pools[0] is { Workers: 3, Busy: 3 });
        gate.Open();
        foreach (var handle in handles)
        {
            Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        }

        Assert.Equal(4, started.Times);
    }

    [Fact]
    public async Task A_storm_of_submissions_blocks_nobody()
    {
        await StartAsync(tasks => tasks.AddHandler<Joins.SizeHandlers>());
        var gate = new Gate();
        var busy = await Client.SubmitManyAsync(Enumerable.Range(0, 3).Select(_ => new StepAsync(async _ => { await gate.PassAsync(); return 1; })));
        await UntilAsync(TaskState.Running, 3);
        var submissions = new List<Task<TaskHandle<long>>>();
        for (var root = 0; root < 20_000; root++)
        {
            submissions.Add(Client.SubmitAsync(new Joins.One()));
        }

        await Task.WhenAll(submissions).WaitAsync(Soon); // all are accepted while every worker is busy
        Assert.Equal(20_000, (await Client.ProgressAsync()).Count(TaskState.Ready));
        gate.Open();
        foreach (var handle in busy)
        {
            await handle.TreeAsync().WaitAsync(Soon);
        }

        await UntilAsync(TaskState.Succeeded, 20_003);
    }

    [Fact]
    public async Task A_message_that_nobody_handles_is_noticed()
    {
        await StartAsync();
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(UnhandledMessage));
        TaskEngine.Get(Sys).Coordinator.Tell("what is this");
        Assert.Equal("what is this", (await probe.ExpectMsgAsync<UnhandledMessage>(Soon)).Message);
        (await WorkersAsync(3))[0].Tell("and this");
        Assert.Equal("and this", (await probe.ExpectMsgAsync<UnhandledMessage>(Soon)).Message);
        Assert.Equal(1, (await OutcomeAsync(Step.Yield(1))).Value);
    }

    [Fact]
    public async Task An_entry_about_a_task_carries_its_properties()
    {
        await StartAsync();
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(Warning));
        var handle = await Client.SubmitAsync(new Step(_ => throw new FormatException("line 7\nforged")));
        await handle.TreeAsync().WaitAsync(Soon);
        var entry = Assert.IsAssignableFrom<LogMessage>((await probe.FishForMessageAsync<Warning>(warning => warning.Message is LogMessage)).Message);
        Assert.Contains("{TaskId}", entry.Format, StringComparison.Ordinal);
        Assert.Contains("{FailureMessage}", entry.Format, StringComparison.Ordinal);
        Assert.Contains(handle.Id, entry.Parameters());
        Assert.Contains("line 7\nforged", entry.Parameters()); // a value, never a part of the template
    }
}
