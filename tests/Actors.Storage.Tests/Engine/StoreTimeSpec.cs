using Actors.Simulation.Stores;

namespace Actors.Storage.Tests.Engine;

/// <summary>Times, on a store that is slow or away. In virtual time.</summary>
public sealed class StoreTimeSpec
{
    private const string Hocon = MemoryStoreProvider.Hocon + "akka.loglevel = OFF\nactors.store.retry-min = 1ms\nactors.store.retry-max = 5ms\nactors.store.waiting-max = 1\n";
    private static readonly DateTimeOffset Start = new(2040, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = EachStoreSpec.Patience;

    [Fact]
    public async Task An_attempt_has_its_whole_time_and_no_more()
    {
        await using var engine = await Incarnation.StartAsync("shared:timeout", hocon: Hocon, clock: Start);
        var gate = await engine.Client.SubmitAsync(new Gate("gate"), new SubmitOptions { Timeout = Minute });
        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("gate 1"));
        await engine.AdvanceAsync(Minute - TimeSpan.FromSeconds(1));
        await engine.Client.ProgressAsync();
        Assert.False(gate.OutcomeAsync().IsCompleted);

        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(FailureKind.Timeout, (await gate.OutcomeAsync().WaitAsync(Patience)).Failure!.Kind);
    }

    [Fact]
    public async Task While_the_store_is_away_nothing_fires()
    {
        const string name = "schedules away";
        var place = MemoryStoreProvider.PlaceOf(name);
        await using var engine = await StartAsync(name, Start);
        var isAway = true;
        place.Faults = call => call is StoreCall.Commit or StoreCall.Reconnect && Volatile.Read(ref isAway) ? StoreFault.Refused : StoreFault.None;
        var gate = engine.Client.SubmitAsync(new Gate("gate"));
        await engine.UntilAsync(static progress => progress.Store!.AwayFor is not null);
        await engine.AdvanceAsync(3 * Minute);
        Assert.Equal(1, (await engine.Client.ProgressAsync()).LiveTrees);
        Assert.False(gate.IsCompleted);

        Volatile.Write(ref isAway, false);
        await engine.AdvanceAsync(Minute);
        await gate.WaitAsync(Patience);
        await engine.AdvanceAsync(Minute);
        await engine.UntilAsync(_ => engine.Doors.Ran.Contains("ring s"));
    }

    [Fact]
    public async Task Before_the_live_trees_are_back_nothing_fires()
    {
        const string name = "schedules before";
        var place = MemoryStoreProvider.PlaceOf(name);
        await using (var first = await StartAsync(name, Start))
        {
            await first.Client.SubmitAsync(new Gate("gate"));
        }

        place.Crash();
        using var mayRead = new ManualResetEventSlim();
        place.Hold(StoreCall.ReadWindow, mayRead);
        await using var second = await StartAsync(name, Start);
        await second.AdvanceAsync(3 * Minute);
        var progress = await second.Client.ProgressAsync();
        Assert.Equal((true, 0), (progress.Store!.IsRecovering, progress.LiveTrees));

        mayRead.Set();
        await second.UntilAsync(static progress => !progress.Store!.IsRecovering);
        await second.AdvanceAsync(Minute);
        await second.UntilAsync(_ => second.Doors.Ran.Contains("ring s"));
    }

    private static Task<Incarnation> StartAsync(string name, DateTimeOffset clock) => Incarnation.StartAsync(
        "shared:" + name,
        static tasks =>
        {
            Incarnation.AddAll(tasks);
            tasks.AddSchedule("s", Schedule.Every(Minute), new Ring("s"));
        },
        Hocon,
        clock);
}
