using Xunit.Abstractions;

namespace Actors.Tests.Engine;

public sealed class FailureSpec(ITestOutputHelper output) : EngineSpec(output)
{
    [Fact]
    public async Task A_failure_carries_type_message_stack_and_the_path_to_the_root()
    {
        await StartAsync();
        TaskId child = default, grandchild = default;
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            [new Step(middle =>
            {
                child = middle.TaskId;
                return middle.Join([new Step(leaf => { grandchild = leaf.TaskId; return Throw(); })], Gather.Sum);
            })],
            Gather.Sum)));
        var failure = (await handle.OutcomeAsync().WaitAsync(Soon)).Failure!;
        Assert.Equal(FailureKind.Exception, failure.Kind);
        Assert.Equal(typeof(FormatException).FullName, failure.Type);
        Assert.Equal("line 7", failure.Message);
        Assert.Contains(nameof(Throw), failure.StackTrace, StringComparison.Ordinal);
        Assert.Equal(grandchild, failure.TaskId);
        Assert.Equal(nameof(Step), failure.TaskType);
        Assert.Equal(1, failure.Attempt);
        Assert.Equal([grandchild, child, handle.Id], failure.Path);

        static int Throw() => throw new FormatException("line 7");
    }

    [Fact]
    public async Task A_failure_that_no_join_looks_at_fails_the_tree_and_not_the_root()
    {
        await StartAsync();
        var handle = await Client.SubmitAsync(new Step(context =>
        {
            context.Spawn(new Step(_ => throw new FormatException("unseen")));
            return 1;
        }));
        Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal(TaskState.Failed, tree.State);
        Assert.Equal(1, tree.UnjoinedFailures);
        Assert.Equal("unseen", tree.FirstFailure!.Message);
    }

    [Fact]
    public async Task A_handler_that_throws_restarts_no_worker()
    {
        await StartAsync();
        await UntilIdleAsync(4);
        await EventFilter.Error().ExpectAsync(0, TimeSpan.FromMilliseconds(1), async () =>
        {
            var handles = await Client.SubmitManyAsync(Enumerable.Range(0, 100).Select(index =>
                new Step(_ => index % 2 == 0 ? throw new FormatException() : throw new TimeoutException())));
            foreach (var handle in handles)
            {
                Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsFailed);
            }
        });
        await UntilIdleAsync(4);
    }

    [Fact]
    public async Task A_task_without_a_handler_fails_the_attempt_that_spawns_it_and_the_submission_of_it()
    {
        await StartAsync();
        var spawned = await OutcomeAsync(new Step(context => { context.Spawn(new Joins.One()); return 0; }));
        Assert.Contains(typeof(Joins.One).FullName!, spawned.Failure!.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Client.SubmitAsync(new Joins.One()));
        Assert.Contains("AddHandler", refused.Message, StringComparison.Ordinal);
    }
}
