using System.Collections.Concurrent;
using Actors.Tests.Blocking;
using Actors.Tests.Cancelling;
using Actors.Tests.Engine;
using Actors.Tests.Joins;
using Actors.Tests.Random;
using Actors.Tests.Retries;
using Actors.Tests.Spawning;
using Actors.Tests.Stopping;
using Actors.Tests.Waiting;
using Actors.Tests.Workers;
using Xunit.Abstractions;

namespace Actors.Tests.Pitfalls;

/// <summary>
/// What broke in other engines, and the spec here that would notice it. What has no scenario elsewhere stands in this file. Left out is what needs a
/// store, a cluster or a dashboard.
/// </summary>
public sealed class PitfallsTable
{
    public static SpecTable Lines => new()
    {
        { "a task that waits for its child on a pool of one hangs", typeof(PoolDeadlockSpec), nameof(PoolDeadlockSpec.The_same_shape_finishes_here_on_one_worker) },
        { "the same deadlock on permits", typeof(PitfallsSpec), nameof(PitfallsSpec.A_parent_whose_join_waits_holds_no_worker) },
        { "user code that blocks freezes the actor system", typeof(BlockedThreadsSpec.TwoHundredWorkers), nameof(BlockedThreadsSpec.TwoHundredWorkers.The_coordinator_answers_while_two_hundred_handlers_block) },
        { "a blocking wait is stopped at run time", typeof(HandleInHandlerSpec), nameof(HandleInHandlerSpec.In_a_synchronous_handler) },
        { "complete fires when the top task has run", typeof(DepthAndSizeSpec), nameof(DepthAndSizeSpec.One_handler_spawns_a_million_and_the_tree_ends_with_the_last) },
        { "callback never or twice", typeof(SpawnSpec), nameof(SpawnSpec.The_completion_task_runs_once_after_every_other_task_of_the_tree_and_may_spawn) },
        { "counter goes to -1 on redelivery", typeof(OneWorkerSpec), nameof(OneWorkerSpec.The_late_outcome_of_a_lost_run_is_ignored) },
        { "empty set hangs, set of one gives no callback", typeof(JoinSpec), nameof(JoinSpec.A_join_of_that_many_children_fires_once) },
        { "a fast child ends before its join is recorded", typeof(SpawnSpec), nameof(SpawnSpec.What_was_spawned_now_stays_when_the_attempt_fails_and_the_next_attempt_finds_it) },
        { "a nested level is dropped", typeof(DepthAndSizeSpec), nameof(DepthAndSizeSpec.Joins_nest_as_deep_as_one_likes) },
        { "nesting is a property", typeof(RandomTreesOn3Workers), nameof(RandomTreeSpec.Every_tree_ends_as_it_must) },
        { "a finished batch becomes unfinished", typeof(SpawnSpec), nameof(SpawnSpec.Submitting_a_key_again_attaches_to_the_live_tree_and_starts_anew_once_it_has_ended) },
        { "one terminal path does not report", typeof(PitfallsSpec), nameof(PitfallsSpec.Every_terminal_path_reports_to_the_join) },
        { "the terminal path of a lost worker", typeof(OneWorkerSpec), nameof(OneWorkerSpec.A_task_that_kills_its_worker_every_time_fails_after_three_and_its_join_hears_of_it) },
        { "a crawler can never complete", typeof(PitfallsSpec), nameof(PitfallsSpec.A_crawl_of_pages_that_link_to_each_other_ends) },
        { "siblings of a failed child: fail fast and collect", typeof(JoinSpec), nameof(JoinSpec.All_must_succeed_fails_fast_and_collect_sees_every_outcome) },
        { "a retry spawns all children again", typeof(RetrySpec), nameof(RetrySpec.An_attempt_that_fails_has_spawned_nothing_and_the_next_one_finds_the_same_children) },
        { "submission timed out: was it created", typeof(SpawnSpec), nameof(SpawnSpec.Submitting_a_key_again_attaches_to_the_live_tree_and_starts_anew_once_it_has_ended) },
        { "a healthy long task runs twice", typeof(LongTaskSpec), nameof(LongTaskSpec.A_healthy_task_runs_once_however_long_it_takes) },
        { "waiting for a condition burns attempts", typeof(RetrySpec), nameof(RetrySpec.Putting_off_costs_no_attempt_and_holds_no_worker) },
        { "cancelling a parent leaves children running", typeof(CancelSpec), nameof(CancelSpec.Cancelling_one_task_takes_what_is_below_it_and_its_join_hears_of_it) },
        { "cancel reaches only the tasks that exist now", typeof(CancelSpec), nameof(CancelSpec.Cancelling_a_tree_reaches_tasks_that_are_spawned_a_moment_later) },
        { "a cancelled waiting task runs all the same", typeof(CancelSpec), nameof(CancelSpec.A_cancelled_task_that_waits_for_a_worker_never_runs) },
        { "submit during shutdown throws and the work is lost", typeof(SystemEndSpec), nameof(SystemEndSpec.Shutting_down_lets_what_runs_end_lists_what_is_left_and_tells_whoever_awaits) },
        { "a stop counts as a failed attempt", typeof(DrainSpec), nameof(DrainSpec.Now_interrupts_what_runs_and_that_costs_no_attempt) },
        { "a worker that is told to stop goes on taking work", typeof(DrainSpec), nameof(DrainSpec.Finish_running_starts_nothing_and_keeps_the_follow_ups) },
        { "the phase timeout of 5 s cuts a drain", typeof(SystemEndSpec), nameof(SystemEndSpec.The_phase_of_the_drain_lasts_longer_than_akkas_five_seconds) },
        { "a poisonous task loops for ever", typeof(OneWorkerSpec), nameof(OneWorkerSpec.A_task_that_kills_its_worker_every_time_fails_after_three_and_its_join_hears_of_it) },
        { "a handler that ignores cancellation holds its worker", typeof(TimeoutSpec), nameof(TimeoutSpec.A_handler_that_ignores_its_token_is_abandoned_after_the_grace_time_and_a_pool_of_one_goes_on) },
        { "a foreign cancellation is not ours", typeof(CancelSpec), nameof(CancelSpec.An_operation_that_somebody_else_cancelled_is_a_failure) },
        { "thousands of mapped tasks freeze the scheduler", typeof(DepthAndSizeSpec), nameof(DepthAndSizeSpec.A_fold_takes_any_number_of_children) },
        { "counters are kept", typeof(ProgressSpec), nameof(ProgressSpec.Watching_under_load_never_shows_a_count_that_cannot_be) },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Has_a_spec(string pitfall, Type spec, string method)
    {
        Assert.NotEmpty(pitfall);
        SpecTable.AssertIsSpec(spec, method);
    }
}

public sealed class PitfallsSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    [Fact]
    public async Task A_parent_whose_join_waits_holds_no_worker()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(new Step(context =>
            context.Join([context.Spawn(Step.Yield(1), new SpawnOptions { Delay = TimeSpan.FromHours(1) })], Gather.Sum)));
        await UntilAsync(progress => progress.Count(TaskState.Joining) == 1 && progress.Count(TaskState.Waiting) == 1);
        await UntilIdleAsync(1);
        Assert.Equal(2, (await OutcomeAsync(Step.Yield(2))).Value);
        await handle.CancelAsync();
        Assert.Equal(3, (await handle.TreeAsync().WaitAsync(Soon)).Cancelled);
    }

    [Theory]
    [InlineData("throws", TaskState.Failed)]
    [InlineData("throws each time", TaskState.Failed)]
    [InlineData("fails for good", TaskState.Failed)]
    [InlineData("times out", TaskState.Failed)]
    [InlineData("its own join fails", TaskState.Failed)]
    [InlineData("cancels itself", TaskState.Cancelled)]
    [InlineData("is cancelled before it runs", TaskState.Cancelled)]
    [InlineData("succeeds", TaskState.Succeeded)]
    public async Task Every_terminal_path_reports_to_the_join(string path, TaskState expected)
    {
        await StartAsync();
        var options = path switch
        {
            "times out" => new SpawnOptions { Timeout = TimeSpan.FromMilliseconds(20) },
            "throws each time" => new SpawnOptions { Retry = new RetryPolicy { MaxAttempts = 3, Delay = TimeSpan.FromMilliseconds(1) } },
            "is cancelled before it runs" => new SpawnOptions { Delay = TimeSpan.FromHours(1) },
            _ => null,
        };
        TaskId child = default;
        var handle = await Client.SubmitAsync(new Step(context =>
        {
            var spawned = context.Spawn(new StepAsync(Child), options);
            child = spawned.Id;
            return context.Join([spawned], new Gather((outcomes, _) => (int)outcomes[0].State), JoinPolicy.Collect);
        }));
        if (path == "is cancelled before it runs")
        {
            await UntilAsync(TaskState.Scheduled, 1);
            Assert.True(await Client.CancelAsync(child));
        }

        Assert.Equal((int)expected, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        await handle.TreeAsync().WaitAsync(Soon);

        async ValueTask<Ending<int>> Child(TaskContext context)
        {
            switch (path)
            {
                case "throws" or "throws each time":
                    throw new FormatException();
                case "fails for good":
                    return context.Fail("no such order");
                case "times out":
                    await new Gate().PassAsync().WaitAsync(context.CancellationToken);
                    break;
                case "its own join fails":
                    return context.Join([new Step(_ => throw new FormatException())], Gather.Sum);
                case "cancels itself":
                    CancelFromElsewhere(context.TaskId);
                    await new Gate().PassAsync().WaitAsync(context.CancellationToken);
                    break;
            }

            return 1;
        }

        // Outside of the flow of the handler, as somebody else would.
        void CancelFromElsewhere(TaskId id)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(() => Client.CancelAsync(id));
            }
        }
    }

    [Fact]
    public async Task A_crawl_of_pages_that_link_to_each_other_ends()
    {
        await StartAsync();
        const int Pages = 2000;
        var seen = new ConcurrentDictionary<int, bool>();
        var visits = new Happening();
        var tree = await TreeAsync(Page(0));
        Assert.Equal(Pages, visits.Times);
        Assert.Equal(Pages, tree.Succeeded);

        // Every page links to itself, to the first one and to some others; a page that was seen is not followed again.
        Step Page(int number) => new(context =>
        {
            visits.Happens();
            seen.TryAdd(0, true);
            foreach (var link in (int[])[number, 0, ((number * 2) + 1) % Pages, ((number * 2) + 2) % Pages, (number + 1) % Pages])
            {
                if (seen.TryAdd(link, true))
                {
                    context.Spawn(Page(link));
                }
            }

            return 0;
        });
    }
}

public sealed class LongTaskSpec(ITestOutputHelper output) : VirtualTimeSpec(output)
{
    [Fact]
    public async Task A_healthy_task_runs_once_however_long_it_takes()
    {
        await StartAsync();
        var (runs, gate) = (new Happening(), new Gate());
        var handle = await Client.SubmitAsync(new StepAsync(async _ => { runs.Happens(); await gate.PassAsync(); return 1; }));
        await gate.Reached;
        await AdvanceAsync(TimeSpan.FromDays(2));
        gate.Open();
        Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.Equal(1, runs.Times);
    }
}
