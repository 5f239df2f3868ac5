using Actors.Coordination;
using Actors.Simulation.Stores;
using Akka.Actor;

namespace Actors.Storage.Tests.Engine;

/// <summary>What must not go on, since it would not be remembered: the engine ends, says why, and the next finds all in the store.</summary>
public sealed class LostStoreSpec
{
    private const string Hocon = MemoryStoreProvider.Hocon + "akka.loglevel = OFF";
    private static readonly TimeSpan Patience = EachStoreSpec.Patience;

    /// <summary>A message that nobody sends: the coordinator throws.</summary>
    private static readonly WorkReport Unreadable = new(null!, [], 0, 0, null);

    [Fact]
    public async Task What_the_coordinator_throws_ends_the_engine_and_the_next_goes_on()
    {
        const string name = "coordinator throws";
        TaskId id;
        await using (var first = await Incarnation.StartAsync("shared:" + name, hocon: Hocon))
        {
            var gate = await first.Client.SubmitAsync(new Gate("gate"));
            id = gate.Id;
            await first.UntilAsync(_ => first.Doors.Ran.Contains("gate 1"));
            first.Coordinator.Tell(Unreadable, ActorRefs.NoSender);

            await Assert.ThrowsAsync<EngineStoppedException>(() => gate.OutcomeAsync().WaitAsync(Patience));
            await first.Ended.WaitAsync(Patience);
        }

        await using var second = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        second.Doors["gate"].SetResult("opened");
        var found = await second.Client.FindAsync<string>(id).WaitAsync(Patience);
        Assert.Equal("opened", (await found!.OutcomeAsync().WaitAsync(Patience)).Value);
    }

    /// <summary>What they do is lost: they are told to end at once, and not when the actor system comes to its workers.</summary>
    [Fact]
    public async Task Handlers_are_told_to_end_as_soon_as_the_store_is_lost()
    {
        const string name = "handlers are told";
        await using var engine = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        var mayEnd = new TaskCompletionSource<Akka.Done>(TaskCreationOptions.RunContinuationsAsynchronously);
        CoordinatedShutdown.Get(engine.System).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "hold", () => mayEnd.Task);
        await engine.Client.SubmitAsync(new Listen("ear"));
        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("ear"));
        engine.Coordinator.Tell(Unreadable, ActorRefs.NoSender);

        Assert.Equal("told", await engine.Doors["ear heard"].Task.WaitAsync(Patience));
        mayEnd.SetResult(Akka.Done.Instance);
        await engine.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_store_that_counts_other_trees_than_stand_there_is_refused()
    {
        const string name = "miscounted";
        var place = MemoryStoreProvider.PlaceOf(name);
        await using (var first = await Incarnation.StartAsync("shared:" + name, hocon: Hocon))
        {
            await first.Client.SubmitAsync(new Gate("gate"));
        }

        place.Crash();
        place.Miscount = 1;
        await using var second = await Incarnation.StartAsync("shared:" + name, hocon: Hocon);
        await second.Ended.WaitAsync(Patience);
        Assert.Empty(second.Doors.Ran);
    }

    /// <summary>Says when its token has fired.</summary>
    public sealed record Listen(string Name) : ITask<string>;

    /// <summary>Listens.</summary>
    public sealed class ListenHandler(Doors doors) : IAsyncTaskHandler<Listen, string>
    {
        /// <inheritdoc/>
        public async ValueTask<Ending<string>> HandleAsync(Listen task, TaskContext context)
        {
            doors.Ran.Enqueue(task.Name);
            try
            {
                return await doors[task.Name].Task.WaitAsync(context.CancellationToken);
            }
            finally
            {
                doors[$"{task.Name} heard"].TrySetResult("told");
            }
        }
    }
}
