using System.Collections.Concurrent;
using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Joins;

/// <summary>What one join has different from its type.</summary>
public sealed class JoinOptionsSpec(ITestOutputHelper output) : VirtualTimeSpec(output, workers: 1)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_join_with_a_retry_is_attempted_again_and_its_children_are_not(bool isSpawnedFirst)
    {
        await StartAsync();
        var (children, joined) = (new Happening(), new Happening());
        var child = new Step(_ => children.Happens());
        var join = new Gather((outcomes, context) => joined.Happens() < 3 ? throw new FormatException("not yet") : outcomes[0].Value + context.Attempt);
        var options = new JoinOptions { Retry = new RetryPolicy { MaxAttempts = 3, Delay = Seconds(1), Jitter = 0, Factor = 1 } };
        var handle = await Client.SubmitAsync(new Step(context => isSpawnedFirst
            ? context.Join([context.Spawn(child)], join, options: options)
            : context.Join([child], join, options: options)));
        for (var attempt = 1; attempt < 3; attempt++)
        {
            await joined.AtLeast(attempt);
            await UntilAsync(TaskState.Scheduled, 1);
            await AdvanceAsync(Seconds(1));
        }

        Assert.Equal(1 + 3, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.Equal((1, 3), (children.Times, joined.Times));
    }

    [Fact]
    public async Task A_join_that_takes_longer_than_its_timeout_fails_and_its_children_may_take_as_long_as_they_like()
    {
        await StartAsync();
        var (child, join) = (new Gate(), new Gate());
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            [new StepAsync(async _ =>
            {
                await child.PassAsync();
                return 1;
            })],
            new Gather((_, _) =>
            {
                join.Pass();
                return 1;
            }),
            options: new JoinOptions { Timeout = Seconds(2) })));
        await child.Reached;
        await AdvanceAsync(Seconds(60));
        child.Open();
        await join.Reached;
        await AdvanceAsync(Seconds(2));
        join.Open();
        var outcome = await handle.OutcomeAsync().WaitAsync(Soon);
        Assert.Equal((FailureKind.Timeout, "Gather"), (outcome.Failure!.Kind, outcome.Failure.TaskType.Split('.')[^1]));
    }

    [Theory]
    [InlineData(null, new[] { 1, 2 })]
    [InlineData(9, new[] { 2, 1 })]
    public async Task A_join_is_as_urgent_as_it_says(int? priority, int[] expected)
    {
        await StartAsync();
        var ran = new ConcurrentQueue<int>();
        var leaf = new Gate();
        var joined = await Client.SubmitAsync(new Step(context =>
        {
            leaf.Pass(); // until the other stands in line
            return context.Join(Array.Empty<Step>(), new Gather((_, _) => Ran(2)), options: new JoinOptions { Priority = priority });
        }));
        await leaf.Reached;
        var other = await Client.SubmitAsync(new Step(_ => Ran(1)), new SubmitOptions { Priority = 5 });
        leaf.Open();
        await Task.WhenAll(joined.OutcomeAsync(), other.OutcomeAsync()).WaitAsync(Soon);
        Assert.Equal(expected, ran);

        int Ran(int number)
        {
            ran.Enqueue(number);
            return number;
        }
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new JoinOptions { Timeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new JoinOptions { Priority = 10 });
        Assert.Equal(new JoinOptions { Priority = 1, Timeout = Seconds(1) }, new JoinOptions { Timeout = Seconds(1), Priority = 1 });
    }
}
