using Actors.Tests.Engine;
using Akka.Actor;
using Xunit.Abstractions;

namespace Actors.Tests.Spawning;

public sealed class SpawnSpec(ITestOutputHelper output) : EngineSpec(output)
{
    private static readonly SubmitOptions FourAttempts = new() { Retry = new RetryPolicy { MaxAttempts = 4, Delay = TimeSpan.Zero } };

    public enum Way
    {
        /// <summary>Handed in.</summary>
        Context,

        /// <summary>Global: an extension of the actor system.</summary>
        Engine,

        /// <summary>Through somebody who submits on the task's behalf.</summary>
        Coordinator,
    }

    [Theory]
    [InlineData(Way.Context)]
    [InlineData(Way.Engine)]
    [InlineData(Way.Coordinator)]
    public async Task A_follow_up_becomes_real_exactly_once_and_with_the_success_whichever_way_it_was_spawned(Way way)
    {
        await StartAsync();
        var (children, attempts) = (new Happening(), new Happening());
        var tree = await TreeAsync(
            new Step(context =>
            {
                attempts.Happens();
                for (var child = 0; child < 5; child++)
                {
                    Spawn(way, context, new Step(_ => children.Happens()));
                }

                return context.Attempt < 4 ? throw new FormatException("after the spawning") : 0;
            }),
            FourAttempts);
        Assert.Equal(4, attempts.Times);
        Assert.Equal(6, tree.Succeeded);
        Assert.Equal(5, children.Times);
    }

    [Theory]
    [InlineData(Way.Context)]
    [InlineData(Way.Engine)]
    [InlineData(Way.Coordinator)]
    public async Task A_task_that_fails_has_spawned_nothing_whichever_way(Way way)
    {
        await StartAsync();
        var children = new Happening();
        var tree = await TreeAsync(
            new Step(context =>
            {
                Spawn(way, context, new Step(_ => children.Happens()));
                throw new FormatException("after the spawning");
            }),
            FourAttempts);
        Assert.Equal(1, tree.Tasks);
        Assert.Equal(0, children.Times);
    }

    [Fact]
    public async Task The_engine_finds_the_running_task_after_an_await_and_in_what_the_handler_calls()
    {
        await StartAsync();
        var children = new Happening();
        var tree = await TreeAsync(new StepAsync(async context =>
        {
            await Task.Yield();
            await Task.Run(() => TaskEngine.Get(Sys).Spawn(new Step(_ => children.Happens())));
            return 0;
        }));
        Assert.Equal(2, tree.Succeeded);
        Assert.Equal(1, children.Times);
    }

    [Fact]
    public async Task Outside_of_handlers_the_engine_has_nothing_to_spawn_for()
    {
        await StartAsync();
        var refused = Assert.Throws<InvalidOperationException>(() => TaskEngine.Get(Sys).Spawn(Step.Yield(1)));
        Assert.Contains("TaskEngine.Client", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_told_for_a_task_that_does_not_run_is_logged_and_counts_for_nothing()
    {
        await StartAsync();
        TaskContext? ended = null;
        await TreeAsync(new Step(context => { ended = context; return 1; }));
        await EventFilter.Warning(contains: "is not running: it is dropped").ExpectOneAsync(
            Soon, () =>
            {
                TaskEngine.Get(Sys).Coordinator.Tell(new TaskProtocol.Spawn(ended!, Step.Yield(1)), ActorRefs.NoSender);
                return Task.CompletedTask;
            });
        Assert.Equal(1, (await Client.ProgressAsync()).Count(TaskState.Succeeded));
    }

    [Fact]
    public async Task Spawned_now_a_follow_up_runs_while_its_parent_does()
    {
        await StartAsync();
        var gate = new Gate();
        var outcome = await OutcomeAsync(new StepAsync(async context =>
        {
            var child = context.SpawnNow(new Step(_ => { gate.Open(); return 20; }));
            await gate.PassAsync(); // the parent goes on when the child has run: a happening of the test, not a wait for the task
            return Joined(child);

            Ending<int> Joined(Child<int> early) => context.Join([early, context.Spawn(Step.Yield(1))], Gather.Sum);
        }));
        Assert.Equal(21, outcome.Value);
    }

    [Fact]
    public async Task What_was_spawned_now_stays_when_the_attempt_fails_and_the_next_attempt_finds_it()
    {
        await StartAsync();
        var children = new Happening();
        var tree = await TreeAsync(
            new StepAsync(async context =>
            {
                var ordinal = context.SpawnNow(new Step(_ => children.Happens()));
                var keyed = context.SpawnNow(new Step(_ => children.Happens()), new SpawnOptions { Key = "k" });
                await children.AtLeast(2);
                return context.Attempt < 3 ? throw new FormatException() : Joined();

                Ending<int> Joined() => context.Join([ordinal, keyed], Gather.Count, JoinPolicy.Collect);
            }),
            FourAttempts);
        Assert.Equal(2, tree.Root.UntypedValue);
        Assert.Equal(2, children.Times);
        Assert.Equal(4, tree.Succeeded);
    }

    [Fact]
    public async Task A_handler_without_an_await_may_spawn_now_on_a_pool_of_one_and_join_it()
    {
        await StartAsync();
        Assert.Equal(5, (await OutcomeAsync(new Step(context => context.Join([context.SpawnNow(Step.Yield(5))], Gather.Sum)))).Value);
    }

    [Fact]
    public async Task The_completion_task_runs_once_after_every_other_task_of_the_tree_and_may_spawn()
    {
        await StartAsync(tasks => tasks.AddHandler<Cancelling.CompletionHandler>());
        var (leaves, after) = (new Happening(), new Happening());
        var seen = 0;
        var tree = await TreeAsync(
            Nested(3),
            new SubmitOptions
            {
                WhenDone = new Cancelling.Completion(context =>
                {
                    seen = leaves.Times;
                    context.Spawn(new Step(_ => after.Happens()));
                }),
            });
        Assert.Equal(27, seen);
        Assert.Equal(1, after.Times);
        Assert.Equal(1 + 3 + 9 + 27 + 2, tree.Succeeded);

        Step Nested(int levels) => new(context =>
        {
            if (levels == 0)
            {
                return leaves.Happens();
            }

            context.SpawnMany([Nested(levels - 1), Nested(levels - 1), Nested(levels - 1)]);
            return 0;
        });
    }

    [Fact]
    public async Task Submitting_a_key_again_attaches_to_the_live_tree_and_starts_anew_once_it_has_ended()
    {
        await StartAsync();
        var gate = new Gate();
        var runs = new Happening();
        var options = new SubmitOptions { Key = "import-2024" };
        var first = await Client.SubmitAsync(new StepAsync(async _ => { runs.Happens(); await gate.PassAsync(); return 1; }), options);
        await gate.Reached;
        var second = await Client.SubmitAsync(new StepAsync(_ => new ValueTask<Ending<int>>(2)), options);
        Assert.Equal(first.Id, second.Id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.SubmitAsync(Step.Yield(3), options));
        gate.Open();
        Assert.Equal(1, (await first.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.Equal(1, (await second.OutcomeAsync().WaitAsync(Soon)).Value);
        await second.TreeAsync().WaitAsync(Soon);
        Assert.Equal(1, runs.Times);
        Assert.Equal(4, (await OutcomeAsync(Step.Yield(4), options)).Value);
    }

    private void Spawn(Way way, TaskContext context, Step child)
    {
        switch (way)
        {
            case Way.Context:
                context.Spawn(child);
                break;
            case Way.Engine:
                TaskEngine.Get(Sys).Spawn(child);
                break;
            case Way.Coordinator:
                context.Coordinator.Tell(new TaskProtocol.Spawn(context, child), ActorRefs.NoSender);
                break;
        }
    }
}
