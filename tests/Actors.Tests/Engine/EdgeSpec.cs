using Xunit.Abstractions;

namespace Actors.Tests.Engine;

/// <summary>What an application may do without meaning it.</summary>
public sealed class EdgeSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    [Fact]
    public async Task A_default_ending_is_a_success_with_the_default_result()
    {
        await StartAsync();
        Assert.Equal(0, (await OutcomeAsync(new Step(_ => default))).Value);
        Assert.Equal(0, (await OutcomeAsync(new StepAsync(_ => default))).Value);
    }

    [Fact]
    public async Task A_task_submitted_as_one_that_yields_something_more_general_is_awaited_as_such()
    {
        await StartAsync(tasks => tasks.AddHandler<Joins.MixedHandlers>());
        ITask<object> general = new Joins.Words("text");
        Assert.Equal("text", (await OutcomeAsync(general)).Value);
        Assert.Equal(1, (await OutcomeAsync(Step.Yield(1))).Value);
    }

    [Fact]
    public async Task A_context_that_outlives_its_attempt_spawns_nothing()
    {
        await StartAsync();
        TaskContext? kept = null;
        var tree = await TreeAsync(new Step(context => { kept = context; return 1; }));
        Assert.Equal(1, tree.Tasks);
        Assert.Contains("has ended", Assert.Throws<InvalidOperationException>(() => kept!.Spawn(Step.Yield(1))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => kept!.SpawnNow(Step.Yield(1)));
        Assert.Throws<InvalidOperationException>(() => kept!.Join([Step.Yield(1)], Gather.Sum));
    }

    [Fact]
    public async Task A_join_that_a_handler_made_and_did_not_end_with_never_fires_and_its_children_are_plain_follow_ups()
    {
        await StartAsync();
        var fired = new Happening();
        var tree = await TreeAsync(new Step(context =>
        {
            context.Join([Step.Yield(1), Step.Yield(2)], new Gather((_, _) => fired.Happens()));
            return context.Join([Step.Yield(10)], Gather.Sum);
        }));
        Assert.Equal(10, tree.Root.UntypedValue);
        Assert.Equal(5, tree.Succeeded); // root, three children, one join
        Assert.Equal(0, fired.Times);
    }

    [Fact]
    public async Task A_query_that_spawns_while_the_join_reads_it_spawns_plain_follow_ups()
    {
        await StartAsync();
        var tree = await TreeAsync(new Step(context => context.Join(
            Enumerable.Range(1, 3).Select(number =>
            {
                context.Spawn(Step.Yield(100));
                return Step.Yield(number);
            }),
            Gather.Sum)));
        Assert.Equal(6, tree.Root.UntypedValue);
        Assert.Equal(8, tree.Succeeded); // root, three children, three follow-ups, one join
    }

    [Fact]
    public async Task A_key_twice_in_one_attempt_fails_that_attempt()
    {
        await StartAsync();
        var outcome = await OutcomeAsync(new Step(context =>
        {
            context.Spawn(Step.Yield(1), new SpawnOptions { Key = "a" });
            context.SpawnNow(Step.Yield(1), new SpawnOptions { Key = "a" });
            return 1;
        }));
        Assert.Contains("'a'", outcome.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_that_outlives_its_attempt_is_no_part_of_the_next_one()
    {
        await StartAsync();
        var (first, second) = (new Gate(), new Gate());
        Task? leaked = null;
        Exception? refused = null;
        // Learn that steps are short, so that the next ones travel in one chunk.
        await TreeAsync(new Step(context => { context.SpawnMany(Enumerable.Range(0, 200).Select(Step.Yield)); return 0; }));
        var tree = await Client.SubmitAsync(new Step(context =>
        {
            context.SpawnMany(
            [
                new Step(_ =>
                {
                    leaked = Task.Run(async () =>
                    {
                        await first.PassAsync();
                        refused = Record.Exception(() => TaskEngine.Get(Sys).Spawn(Step.Yield(0)));
                        second.Open();
                    });
                    return 0;
                }),
                new Step(_ => { first.Open(); second.Pass(); return 0; }),
            ]);
            return 0;
        }));
        Assert.Equal(3, (await tree.TreeAsync().WaitAsync(Soon)).Tasks);
        await leaked!.WaitAsync(Soon);
        Assert.IsType<InvalidOperationException>(refused);
    }
}
