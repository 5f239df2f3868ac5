using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Retries;

public sealed class DueTimeSpec(ITestOutputHelper output) : VirtualTimeSpec(output)
{
    [Theory]
    [InlineData(0.02)]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(36_000)]
    public async Task A_delayed_task_runs_when_it_is_due_and_not_before(double seconds)
    {
        await StartAsync();
        var ran = new Happening();
        var handle = await Client.SubmitAsync(new Step(_ => ran.Happens()), new SubmitOptions { Delay = Seconds(seconds) });
        await AdvanceAsync(Seconds(seconds) - Milliseconds(1));
        await UntilAsync(TaskState.Scheduled, 1);
        Assert.Equal(0, ran.Times);
        await AdvanceAsync(Milliseconds(1));
        Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task A_due_time_is_absolute_and_one_that_has_passed_means_at_once()
    {
        await StartAsync();
        var later = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { DueAt = VirtualNow + Seconds(100) });
        Assert.Equal(2, (await OutcomeAsync(Step.Yield(2), new SubmitOptions { DueAt = VirtualNow - Seconds(100) })).Value);
        await AdvanceAsync(Seconds(99));
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(1));
        Assert.Equal(1, (await later.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task The_earlier_of_two_runs_first_though_it_was_submitted_later()
    {
        await StartAsync();
        var late = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { Delay = Seconds(50) });
        var early = await Client.SubmitAsync(Step.Yield(2), new SubmitOptions { Delay = Seconds(5) });
        await AdvanceAsync(Seconds(5));
        Assert.Equal(2, (await early.OutcomeAsync().WaitAsync(Soon)).Value);
        await UntilAsync(TaskState.Scheduled, 1);
        await AdvanceAsync(Seconds(45));
        Assert.Equal(1, (await late.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task A_delayed_follow_up_is_joined_like_any_other()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            [context.Spawn(Step.Yield(1)), context.Spawn(Step.Yield(2), new SpawnOptions { Delay = Seconds(3) })], Gather.Sum)));
        await UntilAsync(progress => progress.Count(TaskState.Succeeded) == 1 && progress.Count(TaskState.Scheduled) == 1);
        await AdvanceAsync(Seconds(3));
        Assert.Equal(3, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
    }

    [Fact]
    public async Task A_delay_beyond_the_end_of_time_never_comes_and_harms_nobody()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { Delay = TimeSpan.MaxValue });
        await AdvanceAsync(Seconds(600));
        await UntilAsync(TaskState.Scheduled, 1);
        Assert.True(await handle.CancelAsync());
        Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
    }
}
