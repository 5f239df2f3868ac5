using Actors.Admission;

namespace Actors.Core.Tests.Admission;

public sealed class RatesSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_full_bucket_starts_so_many_at_once_and_each_period_brings_more()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 3, TokensPerPeriod = 2, ReplenishmentPeriod = Second })));
        world.AddWorkers(10);
        for (var number = 1; number <= 8; number++)
        {
            world.Submit(call, $"{number}");
        }

        Assert.Equal(["1", "2", "3"], world.Started);
        Assert.Equal(world.Now + Second, world.Ledger.NextDue);
        world.Advance(Second - TimeSpan.FromTicks(1));
        Assert.Equal(3, world.Started.Count);
        world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["1", "2", "3", "4", "5"], world.Started);
        world.Advance(Second);
        Assert.Equal(7, world.Started.Count);
        world.Finish();
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8"], world.Started);
        world.AssertNothingIsLeft();
        Assert.Null(world.Ledger.NextDue);
    }

    [Fact]
    public void A_key_has_one_bucket_also_when_it_was_given_back_to_and_is_used_again()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.ByHost(new RateRule("api", new TaskRate { TokenLimit = 3, TokensPerPeriod = 3, ReplenishmentPeriod = Second })));
        world.AddWorkers(10);
        foreach (var key in (string[])["a", "b", "k"])
        {
            world.Succeed(world.Submit(call, "early", key)); // two are looked at when another bucket is made: the third is not
        }

        world.Advance(Second);
        world.GiveBack(world.Submit(call, "again", "k")); // and starts again at once
        world.Submit(call, "other", "another key");
        for (var number = 1; number <= 3; number++)
        {
            world.Submit(call, $"{number}", "k");
        }

        Assert.Equal(["early", "early", "early", "again", "again", "other", "1", "2"], world.Started);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Who_has_places_kept_back_and_misses_a_token_is_told_when_it_comes()
    {
        var world = new GatedWorld();
        var (host, account) = (new LimitRule("host", 1), new LimitRule("account", 1));
        var api = new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromHours(1) });
        var hosted = world.Type("hosted", uses: GatedWorld.ByHost(host));
        var accounted = world.Type("accounted", uses: GatedWorld.ByAccount(account));
        var rated = world.Type("rated", uses: GatedWorld.OfAll(api));
        var all = world.Type("all", uses: [GatedWorld.ByHost(host), GatedWorld.ByAccount(account), GatedWorld.OfAll(api)]);
        world.AddWorkers(5);
        world.Submit(rated, "takes the token");
        var (ofHost, ofAccount) = (world.Submit(hosted, "host 0", "x"), world.Submit(accounted, "account 0", account: "y"));
        var task = world.Submit(all, "needs all", "x", "y");
        for (var number = 1; !world.Ledger.Gatekeeper.HasClaim; number++)
        {
            Assert.InRange(number, 1, Gatekeeper.PassedOverMax);
            var (nextOfHost, nextOfAccount) = (world.Submit(hosted, $"host {number}", "x"), world.Submit(accounted, $"account {number}", account: "y"));
            world.Succeed(ofHost); // it may have the host, and not the account
            world.Succeed(ofAccount); // or the other way round
            (ofHost, ofAccount) = (nextOfHost, nextOfAccount);
        }

        foreach (var running in world.Running.ToArray())
        {
            world.Succeed(running); // now it may have both, and there is no token
        }

        Assert.Equal(TaskState.Ready, task.State);
        world.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TaskState.Running, task.State);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Nothing_drifts_however_late_the_clock_is_read()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = Second })));
        world.AddWorkers(1000);
        for (var number = 0; number < 1000; number++)
        {
            world.Submit(call, "call");
        }

        var start = world.Now;
        for (var period = 1; period < 1000; period++)
        {
            world.Advance(start + (period * Second) - world.Now + TimeSpan.FromMilliseconds(period * 7 % 15)); // a timer is late, now more and now less
            Assert.Equal(period + 1, world.Started.Count);
        }

        Assert.InRange(world.Starts[^1].At - start, 999 * Second, (999 * Second) + TimeSpan.FromMilliseconds(15));
    }

    [Fact]
    public void Each_key_has_a_bucket_of_its_own_and_there_is_one_time_to_wait_for()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.ByHost(new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = Second })));
        world.AddWorkers(10);
        world.Submit(call, "a1", "a");
        world.Submit(call, "a2", "a");
        world.Advance(TimeSpan.FromMilliseconds(500));
        world.Submit(call, "b1", "b");
        world.Submit(call, "b2", "b");
        Assert.Equal(["a1", "b1"], world.Started);
        var due = new List<TimeSpan>();
        var start = world.Now;
        while (world.AdvanceToDue())
        {
            due.Add(world.Now - start);
        }

        Assert.Equal([TimeSpan.FromMilliseconds(500), Second], due);
        Assert.Equal(["a1", "b1", "a2", "b2"], world.Started);
    }

    [Fact]
    public void A_task_that_was_given_back_has_used_no_token_and_one_that_has_run_again_has_used_two()
    {
        var world = new GatedWorld();
        var call = world.Type("call", retry: RetryPolicy.Default with { Delay = TimeSpan.FromTicks(1), MaxAttempts = 2 }, uses: GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 2, TokensPerPeriod = 1, ReplenishmentPeriod = Second })));
        world.AddWorkers(10);
        var first = world.Submit(call, "first");
        world.GiveBack(first);
        world.GiveBack(first);
        Assert.Equal(3, world.Started.Count);
        world.Fail(first);
        world.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(4, world.Started.Count);
        world.Submit(call, "second");
        Assert.Equal(4, world.Started.Count);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_token_that_was_replaced_does_not_come_back_with_the_task_that_was_given_back()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 2, TokensPerPeriod = 2, ReplenishmentPeriod = Second })));
        world.AddWorkers(10);
        var (first, second) = (world.Submit(call, "first"), world.Submit(call, "second")); // assigned, behind something long
        world.Advance(Second);
        world.Submit(call, "third");
        world.Submit(call, "fourth");
        Assert.Equal(["first", "second", "third", "fourth"], world.Started);
        world.GiveBack(first);
        world.GiveBack(second);
        Assert.Equal(4, world.Started.Count);
        world.Advance(Second);
        Assert.Equal(["first", "second", "third", "fourth", "first", "second"], world.Started);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Buckets_of_keys_that_come_and_go_are_forgotten()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.ByHost(new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = Second })));
        world.AddWorkers(1);
        for (var host = 0; host < 10_000; host++)
        {
            world.Succeed(world.Submit(call, "call", $"h{host}"));
            world.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(world.Ledger.Gatekeeper.Gates, 1, 30);
    }

    [Fact]
    public void A_clock_that_is_set_back_costs_a_period_and_no_more()
    {
        var world = new GatedWorld();
        var call = world.Type("call", uses: GatedWorld.OfAll(new RateRule("api", new TaskRate { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = Second })));
        world.AddWorkers(10);
        world.Submit(call, "1");
        world.Advance(TimeSpan.FromHours(-1));
        world.Submit(call, "2");
        world.Advance(Second);
        Assert.Equal(["1", "2"], world.Started);
    }
}
