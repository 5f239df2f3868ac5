using Actors.Admission;
using Actors.Ledger;

namespace Actors.Core.Tests.Admission;

/// <summary>What keeps a task that stands in line for something from running, in the words that its user reads.</summary>
public sealed class WhySpec
{
    private readonly GatedWorld _world = new();

    [Fact]
    public void Who_waits_for_a_limit_is_told_who_holds_it()
    {
        var fetch = _world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 2)));
        _world.AddWorkers(4);
        var one = _world.Submit(fetch, "one", "x");
        _world.Submit(fetch, "elsewhere", "y");
        var two = _world.Submit(fetch, "two", "x");
        var waiting = _world.Submit(fetch, "waiting", "x");

        var reason = Assert.IsType<WaitReason.AtGate>(Assert.Single(new Explanations(_world.Ledger).Of(waiting, _world.Now)));
        Assert.Equal("limit host, key x", reason.Gate);
        Assert.Equal([one.Id, two.Id], reason.Holders.Select(static holder => holder.Id).Order(Comparer<TaskId>.Create((a, b) => a == one.Id ? -1 : a == b ? 0 : 1)));
        Assert.StartsWith("limit host, key x: held by fetch ", reason.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_waits_for_a_rate_is_told_when_the_next_token_comes()
    {
        var call = _world.Type("call", uses: GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(10) })));
        _world.AddWorkers(2);
        _world.Submit(call, "first");
        var waiting = _world.Submit(call, "waiting");
        _world.Advance(TimeSpan.FromSeconds(5.8));

        Assert.Equal(["rate api: next token in 4.2 s"], Why(waiting));
    }

    [Fact]
    public void Every_gate_that_is_closed_is_named()
    {
        var both = _world.Type("both", uses: [GatedWorld.ByHost(new LimitRule("host", 1)), GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(10) }))]);
        _world.AddWorkers(2);
        var first = _world.Submit(both, "first", "x");
        var waiting = _world.Submit(both, "waiting", "x");

        Assert.Equal([$"limit host, key x: held by both {first.Id} (Running)", "rate api: next token in 10 s"], Why(waiting));
    }

    [Fact]
    public void Who_waits_for_its_turn_is_told_how_many_are_before_it_and_who_is_first()
    {
        var charge = _world.Type("charge", order: GatedWorld.InOrder(new OrderRule("account")));
        _world.AddWorkers(4);
        var first = _world.Submit(charge, "first", account: "4711");
        _world.Submit(charge, "second", account: "4711");
        var third = _world.Submit(charge, "third", account: "4711");

        Assert.Equal([$"in order account, key 4711, 2 task(s) are before it, the first of them charge {first.Id} (Running)"], Why(third));
    }

    [Fact]
    public void A_duplicate_is_told_whose_outcome_it_waits_for()
    {
        var work = _world.Type("work");
        var once = new SpawnOptions { Unique = new UniqueTask { Key = "4711" } };
        _world.AddWorkers(1);
        var first = _world.Submit(work, "first", options: once);
        var second = _world.Submit(work, "second", options: once);

        Assert.Equal([$"does not run itself: it ends as work {first.Id} (Running) does, which has the unique key '4711'"], Why(second));
    }

    [Fact]
    public void Where_a_limit_has_room_and_no_worker_is_idle_the_workers_are_the_reason()
    {
        var fetch = _world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 2)));
        _world.AddWorkers(1);
        _world.Submit(fetch, "one", "x");

        Assert.Equal(["the one worker of pool pool0 is busy, 0 task(s) before it"], Why(_world.Submit(fetch, "two", "x")));
    }

    private string[] Why(TaskRecord task) => [.. new Explanations(_world.Ledger).Of(task, _world.Now).Select(static reason => reason.ToString())];
}
