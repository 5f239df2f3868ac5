using Actors.Tests.Engine;
using Akka.Actor;
using Xunit.Abstractions;

namespace Actors.Tests.Spawning;

/// <summary>Children that their parent's worker runs itself, and tells of later: as there is no other worker, it shares them with nobody, and a slow machine does not make it stop.</summary>
public sealed class AheadSpec(ITestOutputHelper output) : EngineSpec(output, "actors.chunk { work = 1h, slice = 1h }", workers: 1)
{
    /// <summary>What one of them tells the coordinator comes to it before the report that tells of them.</summary>
    [Fact]
    public async Task What_a_child_tells_that_the_coordinator_does_not_know_yet_is_spawned_once()
    {
        await StartAsync();
        var told = new Happening();
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            Enumerable.Range(0, 10).Select(number => new Step(child =>
            {
                child.Coordinator.Tell(new TaskProtocol.Spawn(child, new Step(_ => told.Happens())), ActorRefs.NoSender);
                return number;
            })),
            Gather.Sum)));
        Assert.Equal(45, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.Equal(22, (await handle.TreeAsync().WaitAsync(Soon)).Succeeded);
        Assert.Equal(10, told.Times);
    }

    /// <summary>What has awaited goes on on a thread that is not for handlers that block; what it spawned does not stay there.</summary>
    [Fact]
    public async Task Synchronous_follow_ups_of_a_handler_that_has_awaited_run_on_threads_that_they_may_block()
    {
        await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            Assert.Equal(0, (await OutcomeAsync(new StepAsync(async context =>
            {
                await Task.Yield();
                return context.Join(
                    Enumerable.Range(0, 8).Select(static _ => new Step(static _ => Thread.CurrentThread.IsThreadPoolThread ? 1 : 0)),
                    Gather.Sum);
            }))).Value);
        }
    }
}
