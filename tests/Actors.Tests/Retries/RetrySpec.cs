using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Retries;

public sealed class RetrySpec(ITestOutputHelper output) : VirtualTimeSpec(output)
{
    private static readonly RetryPolicy Exact = new() { MaxAttempts = 4, Delay = TimeSpan.FromSeconds(1), Factor = 2, Jitter = 0 };

    [Fact]
    public async Task The_second_attempt_runs_after_one_second_and_the_third_after_two_more_and_not_before()
    {
        await StartAsync();
        var attempts = new Happening();
        var handle = await Client.SubmitAsync(
            new Step(context => attempts.Happens() < 3 ? throw new FormatException("not yet") : context.Attempt), new SubmitOptions { Retry = Exact });
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Milliseconds(999));
        await UntilAsync(TaskState.Scheduled, 1);
        Assert.Equal(1, attempts.Times);
        await AdvanceAsync(Milliseconds(1));
        await attempts.AtLeast(2);
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Milliseconds(1999));
        await UntilAsync(TaskState.Scheduled, 1);
        Assert.Equal(2, attempts.Times);
        await AdvanceAsync(Milliseconds(1));
        Assert.Equal(3, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task While_a_task_rests_its_worker_does_something_else()
    {
        await StartAsync();
        var failed = new Happening();
        await Client.SubmitAsync(new Step(_ => throw new FormatException($"{failed.Happens()}")), new SubmitOptions { Retry = Exact });
        await UntilAsync(TaskState.Scheduled, 1);
        await UntilIdleAsync(4);
        Assert.Equal(7, (await OutcomeAsync(Step.Yield(7))).Value);
        Assert.Equal(1, failed.Times);
    }

    [Fact]
    public async Task After_the_last_attempt_the_failure_is_that_attempts()
    {
        await StartAsync();
        var attempts = new Happening();
        var handle = await Client.SubmitAsync(
            new Step(context => throw new FormatException($"failure {attempts.Happens()}")), new SubmitOptions { Retry = Exact with { MaxAttempts = 2 } });
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(1));
        var failure = (await handle.OutcomeAsync().WaitAsync(Soon)).Failure!;
        Assert.Equal("failure 2", failure.Message);
        Assert.Equal(2, failure.Attempt);
    }

    [Fact]
    public async Task Each_exception_may_have_its_policy()
    {
        await StartAsync();
        var policy = Exact.Never<ArgumentException>().On<TimeoutException>(Exact with { Delay = TimeSpan.FromSeconds(30) });
        var never = await OutcomeAsync(new Step(_ => throw new ArgumentNullException("what")), new SubmitOptions { Retry = policy });
        Assert.Equal(1, never.Failure!.Attempt);

        var attempts = new Happening();
        var slow = await Client.SubmitAsync(
            new Step(_ => attempts.Happens() == 1 ? throw new TimeoutException() : 5), new SubmitOptions { Retry = policy });
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(29));
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(1));
        Assert.Equal(5, (await slow.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task Putting_off_costs_no_attempt_and_holds_no_worker()
    {
        await StartAsync();
        var runs = new Happening();
        var handle = await Client.SubmitAsync(
            new Step(context => runs.Happens() < 10 ? context.PutOff(Seconds(60)) : context.Attempt), new SubmitOptions { Retry = Exact with { MaxAttempts = 1 } });
        for (var run = 1; run < 10; run++)
        {
            await runs.AtLeast(run);
            await UntilAsync(TaskState.Scheduled, 1);
            await UntilIdleAsync(4);
            await AdvanceAsync(Seconds(60));
        }

        Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task A_handler_may_ask_for_a_retry_with_a_rest_of_its_own()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(
            new Step(context => context.Attempt == 1 ? context.Retry("the other side is busy", Seconds(5)) : context.Attempt));
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(4));
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(1));
        Assert.Equal(2, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task Failing_for_good_is_not_retried()
    {
        await StartAsync();
        var outcome = await OutcomeAsync(new Step(context => context.Fail("the order does not exist")), new SubmitOptions { Retry = Exact });
        Assert.Equal(FailureKind.Permanent, outcome.Failure!.Kind);
        Assert.Equal("the order does not exist", outcome.Failure.Message);
        Assert.Equal(1, outcome.Failure.Attempt);
    }

    [Fact]
    public async Task An_attempt_that_fails_has_spawned_nothing_and_the_next_one_finds_the_same_children()
    {
        await StartAsync();
        var children = new Happening();
        List<TaskId> first = [], second = [];
        var handle = await Client.SubmitAsync(
            new Step(context =>
            {
                var ids = context.Attempt == 1 ? first : second;
                for (var child = 0; child < 10; child++)
                {
                    ids.Add(context.Spawn(new Step(_ => children.Happens())).Id);
                }

                ids.Add(context.Spawn(new Step(_ => children.Happens()), new SpawnOptions { Key = "named" }).Id);
                return context.Attempt == 1 ? throw new FormatException("half-way") : 0;
            }),
            new SubmitOptions { Retry = Exact });
        await UntilAsync(TaskState.Scheduled, 1);
        Assert.Equal(1, (await Client.ProgressAsync()).Live);
        await AdvanceAsync(Seconds(1));
        Assert.Equal(12, (await handle.TreeAsync().WaitAsync(Soon)).Succeeded);
        Assert.Equal(11, children.Times);
        Assert.Equal(first, second);
    }
}
