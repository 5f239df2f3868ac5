using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Retries;

public sealed class TimeoutSpec(ITestOutputHelper output) : VirtualTimeSpec(output, workers: 1)
{
    [Fact]
    public async Task An_attempt_that_times_out_fires_its_token_and_the_next_one_succeeds()
    {
        await StartAsync();
        var (started, fired) = (new Happening(), new Happening());
        var never = new Gate();
        var handle = await Client.SubmitAsync(
            new StepAsync(async context =>
            {
                if (started.Happens() == 1)
                {
                    context.CancellationToken.Register(() => fired.Happens());
                    await never.PassAsync().WaitAsync(context.CancellationToken);
                }

                return context.Attempt;
            }),
            new SubmitOptions { Timeout = Seconds(2), Retry = new RetryPolicy { MaxAttempts = 2, Delay = Seconds(1), Jitter = 0 } });
        await started.AtLeast(1);
        await AdvanceAsync(Seconds(1.9));
        Assert.Equal(0, fired.Times);
        await AdvanceAsync(Seconds(0.1));
        await fired.AtLeast(1);
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(1));
        Assert.Equal(2, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task The_last_attempt_that_times_out_fails_the_task_though_it_returns_a_result()
    {
        await StartAsync();
        var gate = new Gate();
        var handle = await Client.SubmitAsync(
            new StepAsync(async context =>
            {
                using var fires = context.CancellationToken.Register(gate.Open); // it hears of the timeout and goes on to a success
                await gate.PassAsync();
                return 1;
            }),
            new SubmitOptions { Timeout = Seconds(2) });
        await gate.Reached;
        await AdvanceAsync(Seconds(2));
        var outcome = await handle.OutcomeAsync().WaitAsync(Soon);
        Assert.Equal(FailureKind.Timeout, outcome.Failure!.Kind);
        Assert.Contains("00:00:02", outcome.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_ignores_its_token_is_abandoned_after_the_grace_time_and_a_pool_of_one_goes_on(bool blocksItsThread)
    {
        await StartAsync();
        var gate = new Gate();
        ITask<int> deaf = blocksItsThread
            ? new Step(_ => { gate.Pass(); return 1; })
            : new StepAsync(async _ => { await gate.PassAsync(); return 1; });
        var handle = await Client.SubmitAsync(deaf, new SubmitOptions { Timeout = Seconds(2) });
        await gate.Reached;
        var behind = await Client.SubmitAsync(Step.Yield(42));
        await AdvanceAsync(Seconds(2));
        await AdvanceAsync(Seconds(4.9));
        Assert.Equal(2, (await Client.ProgressAsync()).Live);
        await EventFilter.Warning(contains: "abandoned and its worker replaced").ExpectAsync(1, Soon, async () => await AdvanceAsync(Seconds(0.2)));
        Assert.Equal(FailureKind.Timeout, (await handle.OutcomeAsync().WaitAsync(Soon)).Failure!.Kind);
        Assert.Equal(42, (await behind.OutcomeAsync().WaitAsync(Soon)).Value);

        gate.Open(); // the late outcome changes nothing
        Assert.Equal(43, (await OutcomeAsync(Step.Yield(43))).Value);
        var progress = await Client.ProgressAsync();
        Assert.Equal(1, progress.Count(TaskState.Failed));
        Assert.Equal(2, progress.Count(TaskState.Succeeded));
    }

    [Fact]
    public async Task Several_abandoned_handlers_in_turn_do_not_use_up_a_pool_of_one()
    {
        await StartAsync();
        var release = new Gate();
        for (var round = 0; round < 4; round++)
        {
            var started = new Happening();
            var handle = await Client.SubmitAsync(
                new Step(_ => { started.Happens(); release.Pass(); return 1; }), new SubmitOptions { Timeout = Seconds(2) });
            await started.AtLeast(1);
            await AdvanceAsync(Seconds(2));
            await AdvanceAsync(Seconds(5.1));
            Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsFailed);
        }

        Assert.Equal(42, (await OutcomeAsync(Step.Yield(42))).Value);
        release.Open();
    }
}
