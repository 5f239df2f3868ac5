using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Control;

public sealed class DeadlineSpec(ITestOutputHelper output) : VirtualTimeSpec(output)
{
    private readonly Gate _never = new();

    [Fact]
    public async Task At_the_deadline_a_running_handler_hears_of_it_and_everything_of_the_tree_has_failed_with_it()
    {
        await StartAsync();
        var (started, heard) = (new Happening(), new Happening());
        var handle = await Client.SubmitAsync(
            new Step(context => context.Join(
                [
                    new StepAsync(async child =>
                    {
                        child.CancellationToken.Register(() => heard.Happens());
                        started.Happens();
                        await _never.PassAsync().WaitAsync(child.CancellationToken);
                        return 1;
                    }),
                ],
                Gather.Sum)),
            new SubmitOptions { Deadline = TimeSpan.FromMinutes(10) });
        await started.AtLeast(1);
        await AdvanceAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, heard.Times);

        await AdvanceAsync(TimeSpan.FromSeconds(1));
        await heard.AtLeast(1);
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal((TaskState.Failed, 3, FailureKind.Deadline), (tree.State, tree.Failed, tree.Root.Failure!.Kind));
    }

    [Fact]
    public async Task A_completion_task_runs_although_the_deadline_has_passed()
    {
        await StartAsync(static tasks => tasks.AddHandler<RingHandler>());
        var handle = await Client.SubmitAsync(
            Step.Yield(1), new SubmitOptions { Delay = TimeSpan.FromHours(2), DeadlineAt = VirtualNow + TimeSpan.FromMinutes(1), WhenDone = new Ring() });
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal((1, 1), (tree.Failed, tree.Succeeded));
    }

    [Fact]
    public async Task A_recursion_without_end_ends_at_its_budget_which_says_who_used_it_up()
    {
        await StartAsync();
        var tree = await TreeAsync(Endless(), new SubmitOptions { Budget = new TaskBudget { Depth = 20 } });
        Assert.Equal((21, FailureKind.Budget), (tree.Tasks, tree.FirstFailure!.Kind));
        Assert.Equal(21, tree.FirstFailure.Path.Count);

        tree = await TreeAsync(Endless(), new SubmitOptions { Budget = new TaskBudget { Tasks = 100 } });
        Assert.Equal((100, "The budget of the tree, 100 task(s), is used up: it has had 100, and this Step would add 1."), (tree.Tasks, tree.FirstFailure!.Message));

        tree = await TreeAsync(Endless(), new SubmitOptions { Budget = new TaskBudget { Attempts = 7 } });
        Assert.Equal((7, 1), (tree.Succeeded, tree.Failed));

        static Step Endless() => new(static context =>
        {
            context.Spawn(Endless());
            return 1;
        });
    }

    [Fact]
    public async Task When_its_running_time_is_used_up_a_handler_is_told_to_end_and_has_failed()
    {
        await StartAsync();
        var started = new Happening();
        var handle = await Client.SubmitAsync(
            new StepAsync(async context =>
            {
                started.Happens();
                await _never.PassAsync().WaitAsync(context.CancellationToken);
                return 1;
            }),
            new SubmitOptions { Budget = new TaskBudget { RunningTime = TimeSpan.FromMinutes(3) } });
        await started.AtLeast(1);
        await AdvanceAsync(TimeSpan.FromMinutes(3));
        var failure = (await handle.OutcomeAsync().WaitAsync(Soon)).Failure!;
        Assert.Equal("The budget of the tree, 00:03:00 of running time, is used up: its attempts have run for 00:03:00, this StepAsync at last.", failure.Message);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        await StartAsync(static tasks => tasks.AddHandler<RingHandler>());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SubmitOptions { Deadline = TimeSpan.Zero });
        await Assert.ThrowsAsync<ArgumentException>(() => Client.SubmitAsync(Step.Yield(1), new SubmitOptions { WhenDone = new Ring(), Budget = new TaskBudget { Tasks = 1 } }));
    }
}
