using Actors.Ledger;
using Actors.Simulation.Stores;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;

namespace Actors.Storage.Tests.Engine;

/// <summary>The writer alone, in virtual time: the coordinator is a probe.</summary>
public sealed class WriterSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly StoreRetention Retention = new(TimeSpan.FromDays(1), TimeSpan.FromDays(1), TimeSpan.FromMinutes(1), 100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly MemoryPlace _place = new();
    private readonly TestProbe _coordinator;

    public WriterSpec()
        : base(ConfigurationFactory.ParseString("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """).WithFallback(EngineSettings.Reference))
    {
        _coordinator = CreateTestProbe();
    }

    [Fact]
    public void It_tries_again_ever_later_up_to_a_limit_and_says_that_it_stands_there_when_it_does()
    {
        var writer = Start(Opened());
        var tries = 0;
        var isAway = true;
        _place.Faults = call =>
        {
            tries += call == StoreCall.Reconnect ? 1 : 0;
            return call is StoreCall.Commit or StoreCall.Reconnect && isAway ? StoreFault.Refused : StoreFault.None;
        };
        writer.Tell(new Commit(new StoreBatch { Number = 1 }));
        _coordinator.ExpectMsg<StoreAway>(Patience);

        foreach (var rest in (int[])[100, 200, 400, 400, 400])
        {
            var before = tries;
            Advance(rest - 1);
            writer.Tell(new Identify(rest), _coordinator.Ref); // it has done by then what it was told to
            _coordinator.ExpectMsg<ActorIdentity>(Patience);
            Assert.Equal(before, tries);
            Advance(1);
            _coordinator.ExpectMsg<StoreAway>(Patience);
            Assert.Equal(before + 1, tries);
        }

        isAway = false;
        Advance(400);
        Assert.Equal(1, _coordinator.ExpectMsg<Committed>(Patience).Batch);
        Assert.Equal(1, _place.State!.Batch);
    }

    [Fact]
    public void A_store_that_another_has_taken_ends_it()
    {
        var writer = Start(Opened());
        Watch(writer);
        using var other = _place.NewStore();
        other.Open("another process", takeOver: true);
        writer.Tell(new Commit(new StoreBatch { Number = 1 }));

        _coordinator.ExpectMsg<StoreLost>(Patience);
        ExpectTerminated(writer, Patience);
        Assert.Equal(0, _place.State!.Batch);
    }

    [Fact]
    public void What_is_old_is_deleted_a_little_at_a_time_until_nothing_is_and_the_next_look_goes_on_there()
    {
        var store = new Prunes(Opened(), [new PruneStep(10, 1, 5), new PruneStep(20, 1, 5), new PruneStep(TaskRow.None, 1, 5), new PruneStep(7, 0, 0), new PruneStep(TaskRow.None, 0, 0)]);
        var writer = Start(store);
        Settle(writer); // it has begun
        Advance(60_000);
        Settle(writer);
        Assert.Equal([0, 10, 20], store.From);
        Advance(60_000);
        Settle(writer);
        Assert.Equal([0, 10, 20, 0, 7], store.From);
    }

    private void Advance(int milliseconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>What it tells itself comes before a question that is asked behind the answer to another, so often as there are steps.</summary>
    private void Settle(IActorRef writer)
    {
        for (var turn = 0; turn < 6; turn++)
        {
            writer.Tell(new FindRoots([TaskId.FromKey("nobody")]));
            _coordinator.ExpectMsg<FoundRoots>(Patience);
        }
    }

    private MemoryTaskStore Opened()
    {
        var store = _place.NewStore();
        store.Open("this process", takeOver: false);
        return store;
    }

    private IActorRef Start(ITaskStore store) => Sys.ActorOf(StoreWriter.Props(
        store, new StoreSettings("shared:here", false, 1000, 1000, null, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromHours(1), Retention), _coordinator.Ref));

    /// <summary>Says how each step of pruning ends.</summary>
    private sealed class Prunes(ITaskStore real, IEnumerable<PruneStep> steps) : LyingStore(real)
    {
        private readonly Queue<PruneStep> _steps = new(steps);

        public List<long> From { get; } = [];

        public override PruneStep Prune(PruneRule rule, int rowsMax)
        {
            From.Add(rule.From);
            return _steps.Dequeue();
        }
    }
}
