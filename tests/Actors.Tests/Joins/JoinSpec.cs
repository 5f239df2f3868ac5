using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Joins;

public sealed record Words(string Text) : ITask<string>;

public sealed record Letter(char Value) : ITask<char>;

public sealed record Repeat : IJoin<string, int, string>;

public sealed record RepeatWith : IJoin<string, int, char, string>;

public sealed record Describe : IJoin<object?, string>;

public sealed record RunPair(bool SpawnFirst) : ITask<string>;

public sealed record RunTriple : ITask<string>;

public sealed record RunMixed : ITask<string>;

public sealed class MixedHandlers
    : ITaskHandler<Words, string>, ITaskHandler<Letter, char>,
      ITaskHandler<RunPair, string>, ITaskHandler<RunTriple, string>, ITaskHandler<RunMixed, string>,
      IJoinHandler<Repeat, string, int, string>, IJoinHandler<RepeatWith, string, int, char, string>, IAsyncJoinHandler<Describe, object?, string>
{
    public Ending<string> Handle(Words task, TaskContext context) => task.Text;

    public Ending<char> Handle(Letter task, TaskContext context) => task.Value;

    public Ending<string> Handle(RunPair task, TaskContext context) => task.SpawnFirst
        ? context.Join(context.Spawn(new Words("ab")), context.SpawnNow(Step.Yield(2)), new Repeat())
        : context.Join(new Words("ab"), Step.Yield(3), new Repeat());

    public Ending<string> Handle(RunTriple task, TaskContext context) =>
        context.Join(new Words("ab"), Step.Yield(2), new Letter('-'), new RepeatWith());

    public Ending<string> Handle(RunMixed task, TaskContext context) =>
        context.JoinMixed([new Words("ab"), Step.Yield(2), new Letter('-'), new Step(_ => throw new FormatException("no"))], new Describe(), JoinPolicy.Collect);

    public Ending<string> Handle(Repeat join, Outcome<string> first, Outcome<int> second, TaskContext context) =>
        string.Concat(Enumerable.Repeat(first.Value, second.Value));

    public Ending<string> Handle(RepeatWith join, Outcome<string> first, Outcome<int> second, Outcome<char> third, TaskContext context) =>
        string.Join(third.Value, Enumerable.Repeat(first.Value, second.Value));

    public async ValueTask<Ending<string>> HandleAsync(Describe join, IReadOnlyList<Outcome<object?>> outcomes, TaskContext context)
    {
        await Task.Yield();
        return string.Join(' ', outcomes.Select(outcome => outcome.IsSucceeded ? outcome.Value!.ToString() : outcome.Failure!.Message));
    }
}

public sealed class JoinSpec(ITestOutputHelper output) : EngineSpec(output)
{
    [Theory]
    [InlineData(false, "ababab")]
    [InlineData(true, "abab")]
    public async Task Two_children_with_different_results(bool spawnFirst, string expected)
    {
        await StartAsync(tasks => tasks.AddHandler<MixedHandlers>());
        Assert.Equal(expected, (await OutcomeAsync(new RunPair(spawnFirst))).Value);
    }

    [Fact]
    public async Task Three_children_with_different_results()
    {
        await StartAsync(tasks => tasks.AddHandler<MixedHandlers>());
        Assert.Equal("ab-ab", (await OutcomeAsync(new RunTriple())).Value);
    }

    [Fact]
    public async Task Any_number_of_children_with_different_results()
    {
        await StartAsync(tasks => tasks.AddHandler<MixedHandlers>());
        Assert.Equal("ab 2 - no", (await OutcomeAsync(new RunMixed())).Value);
    }

    [Fact]
    public async Task Outcomes_stand_at_the_places_of_their_children_whatever_the_order_of_ending()
    {
        await StartAsync();
        var gate = new Gate();
        var root = new Step(context => context.Join(
            [new StepAsync(async _ => { await gate.PassAsync(); return 1; }), Step.Yield(20), new Step(_ => { gate.Open(); return 300; })],
            new Gather((outcomes, _) => outcomes[0].Value == 1 && outcomes[1].Value == 20 && outcomes[2].Value == 300 ? 1 : 0)));
        Assert.Equal(1, (await OutcomeAsync(root)).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_join_of_that_many_children_fires_once(int children)
    {
        await StartAsync();
        var fired = new Happening();
        var tree = await TreeAsync(new Step(context => context.Join(
            Enumerable.Range(0, children).Select(Step.Yield),
            new Gather((outcomes, _) =>
            {
                fired.Happens();
                return outcomes.Count;
            }))));
        Assert.Equal(children, tree.Root.UntypedValue);
        Assert.Equal(children + 2, tree.Succeeded);
        Assert.Equal(1, fired.Times);
    }

    [Fact]
    public async Task First_success_wins_and_cancels_the_others()
    {
        await StartAsync();
        var never = new Gate();
        var (started, interrupted) = (new Happening(), new Happening());
        var tree = await TreeAsync(new Step(context => context.Join(
            [
                new StepAsync(async child =>
                {
                    started.Happens();
                    child.CancellationToken.Register(() => interrupted.Happens());
                    await never.PassAsync().WaitAsync(child.CancellationToken);
                    return 1;
                }),
                new Step(_ => throw new InvalidOperationException("no")),
                new StepAsync(async _ => { await started.AtLeast(1); return 3; }),
            ],
            new Gather((outcomes, _) => outcomes.Single(outcome => outcome.IsSucceeded).Value),
            JoinPolicy.FirstSuccess)));
        Assert.Equal(3, tree.Root.UntypedValue);
        Assert.Equal(TaskState.Succeeded, tree.State);
        Assert.Equal(2, tree.Failed + tree.Cancelled);
        await interrupted.AtLeast(1);
    }

    [Fact]
    public async Task A_quorum_fires_with_the_outcomes_so_far()
    {
        await StartAsync();
        var never = new Gate();
        var outcome = await OutcomeAsync(new Step(context => context.Join(
            [Step.Yield(1), new StepAsync(async child => { await never.PassAsync().WaitAsync(child.CancellationToken); return 2; }), Step.Yield(3)],
            new Gather((outcomes, _) => (10 * outcomes.Count(one => one.IsSucceeded)) + outcomes.Count(one => one.IsCancelled)),
            JoinPolicy.Quorum(2))));
        Assert.Equal(21, outcome.Value);
    }

    [Fact]
    public async Task A_quorum_that_cannot_be_reached_fails_without_firing()
    {
        await StartAsync();
        var outcome = await OutcomeAsync(new Step(context => context.Join(
            [Step.Yield(1), Step.Yield(3)], new Gather((_, _) => throw new InvalidOperationException("must not fire")), JoinPolicy.Quorum(3))));
        Assert.Equal(FailureKind.Join, outcome.Failure!.Kind);
    }

    [Fact]
    public async Task All_must_succeed_fails_fast_and_collect_sees_every_outcome()
    {
        await StartAsync();
        var never = new Gate();
        var failFast = await TreeAsync(new Step(context => context.Join(
            [new StepAsync(async child => { await never.PassAsync().WaitAsync(child.CancellationToken); return 1; }), new Step(_ => throw new FormatException("bad"))],
            Gather.Sum)));
        Assert.Equal("bad", failFast.Root.Failure!.Message);
        Assert.Equal(0, failFast.UnjoinedFailures);
        var collect = await TreeAsync(new Step(context => context.Join(
            [Step.Yield(1), new Step(_ => throw new FormatException("bad")), Step.Yield(1)], Gather.Count, JoinPolicy.Collect)));
        Assert.Equal(2, collect.Root.UntypedValue);
        Assert.Equal(TaskState.Succeeded, collect.State);
    }

    [Fact]
    public async Task A_join_may_end_with_a_further_join()
    {
        await StartAsync();
        var outcome = await OutcomeAsync(new Step(context => context.Join(
            [Step.Yield(1), Step.Yield(2)],
            new Gather((first, next) => next.Join([Step.Yield(first.Sum(one => one.Value)), Step.Yield(10)], Gather.Sum)))));
        Assert.Equal(13, outcome.Value);
    }

    [Fact]
    public async Task A_join_is_retried_with_the_same_outcomes()
    {
        await StartAsync(tasks => tasks.Configure<Gather>(options => options with { Retry = new RetryPolicy { MaxAttempts = 3, Delay = TimeSpan.Zero } }));
        var runs = new Happening();
        var outcome = await OutcomeAsync(new Step(context => context.Join(
            [Step.Yield(1), Step.Yield(2)],
            new Gather((outcomes, attempt) => runs.Happens() < 3 ? throw new FormatException() : outcomes.Sum(one => one.Value) + attempt.Attempt))));
        Assert.Equal(6, outcome.Value);
    }

    [Fact]
    public async Task A_child_that_is_not_of_this_attempt_or_is_joined_twice_is_refused()
    {
        await StartAsync();
        Child<int> foreign = default;
        await OutcomeAsync(new Step(context => { foreign = context.Spawn(Step.Yield(0)); return 0; }));
        var notMine = await OutcomeAsync(new Step(context => context.Join([foreign], Gather.Sum)));
        Assert.Contains("not spawned by this attempt", notMine.Failure!.Message, StringComparison.Ordinal);
        var twice = await OutcomeAsync(new Step(context =>
        {
            var child = context.Spawn(Step.Yield(0));
            return context.Join([child, child], Gather.Sum);
        }));
        Assert.Contains("joined twice", twice.Failure!.Message, StringComparison.Ordinal);
    }
}
