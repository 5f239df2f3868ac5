using Actors.Admission;
using Actors.Ledger;

namespace Actors.Core.Tests.Admission;

public sealed class LimitsSpec
{
    [Fact]
    public void What_is_urgent_goes_first_whatever_it_stands_in_line_for_and_beside_what_does_not()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        var plain = world.Type("plain");
        world.AddWorkers(1);
        world.Submit(plain, "busy");
        world.Submit(fetch, "low", "a", options: new SpawnOptions { Priority = 2 });
        world.Submit(fetch, "lowest", "b", options: new SpawnOptions { Priority = 1 });
        world.Submit(plain, "middle", options: new SpawnOptions { Priority = 4 });
        world.Submit(fetch, "urgent", "c", options: new SpawnOptions { Priority = 9 });
        world.Submit(plain, "high", options: new SpawnOptions { Priority = 7 });
        world.Submit(fetch, "raised", "b", options: new SpawnOptions { Priority = 6 });
        world.Finish();
        Assert.Equal(["busy", "urgent", "high", "raised", "middle", "low", "lowest"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_is_urgent_goes_first_where_several_keys_wait_at_one_gate()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: [GatedWorld.OfAll(new LimitRule("all", 1)), GatedWorld.ByHost(new LimitRule("host", 1))]);
        world.AddWorkers(3);
        world.Submit(fetch, "first", "a");
        world.Submit(fetch, "low", "b", options: new SpawnOptions { Priority = 1 });
        world.Submit(fetch, "lower", "c", options: new SpawnOptions { Priority = 0 });
        world.Submit(fetch, "urgent", "d", options: new SpawnOptions { Priority = 9 });
        world.Submit(fetch, "raised", "c", options: new SpawnOptions { Priority = 8 });
        world.Finish();
        Assert.Equal(["first", "urgent", "raised", "low", "lower"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_line_starves_though_something_more_urgent_comes_all_the_time(bool isLimited)
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: [GatedWorld.OfAll(new LimitRule("all", 1)), GatedWorld.ByHost(new LimitRule("host", 1))]);
        var urgent = isLimited ? fetch : world.Type("urgent");
        world.AddWorkers(1);
        var running = world.Submit(urgent, "urgent 0", "x");
        world.Submit(fetch, "low", "a", options: new SpawnOptions { Priority = 0 });
        var starts = 0;
        while (!world.Started.Contains("low"))
        {
            Assert.InRange(++starts, 1, 100);
            world.Submit(urgent, $"urgent {starts}", $"host {starts}", options: new SpawnOptions { Priority = 9 });
            world.Succeed(world.Running.Single());
        }

        Assert.InRange(starts, ReadyQueue.PassesMax, ReadyQueue.PassesMax + 2);
        Assert.Equal(TaskState.Succeeded, running.State);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_stands_in_no_line_does_not_starve_though_what_does_is_more_urgent()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        var plain = world.Type("plain");
        world.AddWorkers(1);
        world.Submit(fetch, "urgent 0", "x");
        world.Submit(plain, "low", options: new SpawnOptions { Priority = 0 });
        for (var starts = 1; !world.Started.Contains("low"); starts++)
        {
            Assert.InRange(starts, 1, ReadyQueue.PassesMax + 2);
            world.Submit(fetch, $"urgent {starts}", $"host {starts}", options: new SpawnOptions { Priority = 9 });
            world.Succeed(world.Running.Single());
        }
    }

    [Fact]
    public void Four_per_host_run_whatever_the_number_of_workers_and_the_others_follow_in_order()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 2)));
        world.AddWorkers(10);
        for (var page = 1; page <= 5; page++)
        {
            world.Submit(fetch, $"a{page}", "a");
        }

        world.Submit(fetch, "b1", "b");
        Assert.Equal(["a1", "a2", "b1"], world.RunningNames);
        world.Finish();
        Assert.Equal(["a1", "a2", "b1", "a3", "a4", "a5"], world.Started);
        world.AssertNothingIsLeft();
        Assert.Equal(0, world.Ledger.Gatekeeper.Gates);
    }

    [Fact]
    public void In_line_for_a_limit_the_highest_priority_goes_first_and_within_it_who_came_first()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        world.AddWorkers(3);
        foreach (var (name, priority) in ((string, int?)[])[("first", 0), ("low", 1), ("usual", null), ("high 1", 9), ("high 2", 9), ("usual 2", null)])
        {
            world.Submit(fetch, name, "a", options: new SpawnOptions { Priority = priority });
        }

        world.Finish();
        Assert.Equal(["first", "high 1", "high 2", "usual", "usual 2", "low"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void In_line_for_a_limit_a_low_priority_is_passed_over_so_often_and_no_more()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        world.AddWorkers(3);
        world.Submit(fetch, "first", "a");
        world.Submit(fetch, "low", "a", options: new SpawnOptions { Priority = 0 });
        for (var number = 0; number < 100; number++)
        {
            world.Submit(fetch, $"high {number}", "a", options: new SpawnOptions { Priority = 9 });
        }

        world.Finish();
        Assert.Equal(1 + ReadyQueue.PassesMax, world.Started.ToList().IndexOf("low"));
        Assert.Equal(Enumerable.Range(0, 100).Select(static number => $"high {number}"), world.Started.Where(static name => name.StartsWith("high", StringComparison.Ordinal)));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void In_line_for_a_limit_a_paused_type_holds_up_nobody()
    {
        var world = new GatedWorld();
        var rule = new LimitRule("host", 1);
        var paused = world.Type("paused", uses: GatedWorld.ByHost(rule));
        var other = world.Type("other", uses: GatedWorld.ByHost(rule));
        world.AddWorkers(3);
        world.Ledger.Pauses.Set(paused, new Pause("somebody", DateTimeOffset.UnixEpoch));
        world.Submit(paused, "held", "a", options: new SpawnOptions { Priority = 9 });
        world.Submit(other, "goes", "a");
        world.Finish();
        Assert.Equal(["goes"], world.Started);

        world.Step(() => world.Ledger.Pauses.End(paused));
        world.Finish();
        Assert.Equal(["goes", "held"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_has_no_limit_passes_by_and_a_task_without_a_key_is_not_limited()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        var plain = world.Type("plain");
        world.AddWorkers(10);
        world.Submit(fetch, "a1", "a");
        world.Submit(fetch, "a2", "a");
        world.Submit(fetch, "free1");
        world.Submit(fetch, "free2");
        world.Submit(plain, "plain");
        Assert.Equal(["a1", "free1", "free2", "plain"], world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Types_of_several_pools_share_the_permits_of_a_limit_and_take_turns()
    {
        var world = new GatedWorld(pools: 2);
        var limit = new LimitRule("customer", 1);
        var one = world.Type("one", 0, uses: GatedWorld.ByHost(limit));
        var other = world.Type("other", 1, uses: GatedWorld.ByHost(limit));
        world.AddWorkers(2, 0);
        world.AddWorkers(2, 1);
        for (var number = 1; number <= 3; number++)
        {
            world.Submit(one, $"one{number}", "c");
        }

        for (var number = 1; number <= 3; number++)
        {
            world.Submit(other, $"other{number}", "c");
        }

        world.Finish();
        Assert.Equal(["one1", "other1", "one2", "other2", "one3", "other3"], world.Started);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_permit_that_a_busy_pool_cannot_use_goes_to_the_pool_that_can()
    {
        var world = new GatedWorld(pools: 2);
        var limit = new LimitRule("customer", 1);
        var one = world.Type("one", 0, uses: GatedWorld.ByHost(limit));
        var other = world.Type("other", 1, uses: GatedWorld.ByHost(limit));
        var plain = world.Type("plain", 0);
        world.AddWorkers(1, 0);
        world.AddWorkers(1, 1);
        world.Submit(plain, "long");
        world.Submit(one, "one", "c");
        world.Submit(other, "other", "c");
        Assert.Equal(["long", "other"], world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_task_under_two_limits_holds_both_permits_or_none()
    {
        var world = new GatedWorld();
        var host = new LimitRule("host", 1);
        var account = new LimitRule("account", 1);
        var both = world.Type("both", uses: [GatedWorld.ByHost(host), GatedWorld.ByAccount(account)]);
        var hosts = world.Type("hosts", uses: GatedWorld.ByHost(host));
        var accounts = world.Type("accounts", uses: GatedWorld.ByAccount(account));
        world.AddWorkers(10);
        var first = world.Submit(hosts, "h1", "h");
        world.Submit(both, "both", "h", "a");
        var second = world.Submit(accounts, "a1", null, "a"); // the task before waits for the host and holds nothing of the account
        Assert.Equal(["a1", "h1"], world.RunningNames);
        world.Succeed(first);
        Assert.Equal(["a1"], world.RunningNames);
        world.Succeed(second);
        Assert.Equal(["both"], world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_slow_host_does_not_hold_up_the_others_under_a_limit_of_all()
    {
        var world = new GatedWorld();
        var all = new LimitRule("all", 2);
        var host = new LimitRule("host", 1);
        var fetch = world.Type("fetch", uses: [GatedWorld.OfAll(all), GatedWorld.ByHost(host)]);
        world.AddWorkers(10);
        var slow = world.Submit(fetch, "slow0", "slow");
        for (var page = 1; page <= 50; page++)
        {
            world.Submit(fetch, $"slow{page}", "slow");
        }

        for (var page = 0; page < 50; page++)
        {
            world.Submit(fetch, $"quick{page}", $"quick{page % 5}");
        }

        for (var page = 0; page < 50; page++)
        {
            Assert.Equal(2, world.Running.Count);
            world.Succeed(world.Running.Single(task => task != slow));
        }

        Assert.Equal(["slow0"], world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_task_under_two_limits_that_are_never_free_at_once_has_its_turn_all_the_same()
    {
        var world = new GatedWorld();
        var host = new LimitRule("host", 1);
        var account = new LimitRule("account", 1);
        var both = world.Type("both", uses: [GatedWorld.ByHost(host), GatedWorld.ByAccount(account)]);
        var hosts = world.Type("hosts", uses: GatedWorld.ByHost(host));
        var accounts = world.Type("accounts", uses: GatedWorld.ByAccount(account));
        world.AddWorkers(10);
        for (var number = 0; number < 100; number++)
        {
            world.Submit(hosts, "h", "h");
            world.Submit(accounts, "a", null, "a");
        }

        world.Submit(both, "both", "h", "a");
        for (var number = 0; number < 100; number++)
        {
            world.Submit(hosts, "h", "h");
            world.Submit(accounts, "a", null, "a");
        }

        for (var end = 0; !world.Started.Contains("both"); end++)
        {
            Assert.True(end < 300, "the task under both limits starves");
            world.Succeed(world.Running.First());
        }

        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_task_that_joins_holds_no_permit_so_that_its_children_of_the_same_key_run()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        var join = world.Type("join");
        world.AddWorkers(1);
        var root = world.Submit(fetch, "root", "h");
        world.Join(root, join, world.Child(root, 0, fetch, "c0", "h"), world.Child(root, 1, fetch, "c1", "h"), world.Child(root, 2, fetch, "c2", "h"));
        Assert.Equal(TaskState.Joining, root.State);
        world.Finish();
        Assert.Equal(["root", "c0", "c1", "c2", "join"], world.Started);
        world.AssertNothingIsLeft();
        Assert.Empty(world.Effects.OfType<CapacityCycle>());
    }

    [Fact]
    public void A_task_that_rests_between_attempts_holds_no_permit()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", retry: RetryPolicy.Default, uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        world.AddWorkers(2);
        var first = world.Submit(fetch, "first", "h");
        var second = world.Submit(fetch, "second", "h");
        world.Fail(first);
        Assert.Equal(["second"], world.RunningNames);
        world.PutOff(second, TimeSpan.FromDays(1));
        Assert.Empty(world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_worker_that_is_lost_and_a_task_that_is_given_back_give_their_permits_back_and_keep_their_place()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        world.AddWorkers(2);
        var first = world.Submit(fetch, "first", "h");
        world.Submit(fetch, "second", "h");
        world.GiveBack(first);
        Assert.Equal(["first"], world.RunningNames);
        world.Lose(first.Worker!);
        Assert.Equal(["second"], world.RunningNames);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void What_is_cancelled_while_it_waits_is_passed_over()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        world.AddWorkers(2);
        world.Submit(fetch, "first", "h");
        var waiting = Enumerable.Range(0, 5000).Select(number => world.Submit(fetch, $"w{number}", "h")).ToArray();
        for (var number = 0; number < 5000; number += 1)
        {
            if (number != 1234 && number != 4999)
            {
                world.Ledger.Cancel(waiting[number].Id, world.Now);
            }
        }

        world.Finish();
        Assert.Equal(["first", "w1234", "w4999"], world.Started);
        world.AssertNothingIsLeft();
        Assert.Equal(0, world.Ledger.Gatekeeper.Gates);
    }

    [Fact]
    public void A_handler_whose_early_child_needs_its_own_permit_is_reported_by_name()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 2)));
        world.AddWorkers(5);
        var one = world.Submit(fetch, "one", "h");
        var two = world.Submit(fetch, "two", "h");
        var below = world.SpawnNow(one, fetch, "below one", "h");
        Assert.Empty(world.Effects.OfType<CapacityCycle>());
        world.SpawnNow(two, fetch, "below two", "h");
        var cycle = Assert.Single(world.Effects.OfType<CapacityCycle>());
        Assert.Equal("limit host, key h", cycle.Permits.ToString());
        Assert.Equal([one, two], cycle.Holders);
        world.Succeed(one);
        Assert.Equal(TaskState.Running, below.State);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void Neither_limited_tasks_nor_others_hold_each_other_up_on_one_worker()
    {
        var world = new GatedWorld();
        var fetch = world.Type("fetch", uses: GatedWorld.ByHost(new LimitRule("host", 1)));
        var plain = world.Type("plain");
        world.AddWorkers(1);
        for (var number = 0; number < 20; number++)
        {
            world.Submit(fetch, "limited", $"h{number}");
            world.Submit(plain, "plain");
        }

        for (var end = 0; end < 20; end++)
        {
            world.Succeed(world.Running.Single());
        }

        Assert.InRange(world.Started.Count(static name => name == "plain"), 9, 12);
        world.Finish();
        world.AssertNothingIsLeft();
    }

    [Fact]
    public void A_million_tasks_of_one_key_wait_and_nothing_looks_at_them()
    {
        const int Count = 1_000_000;
        var limit = new LimitRule("host", 1);
        var gates = new TypeGates([new GateUse(limit, static _ => "h")], null);
        limit.UsedIn(0);
        var type = new TaskType<int>(0, "fetch", 0) { Gates = gates };
        var ledger = new TaskLedger(new LedgerSettings(), ["pool"], 1);
        var now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        ledger.WorkerReady(new WorkerRecord(1, 0));
        var message = new Errand("one");
        for (var number = 0L; number < Count; number++)
        {
            ledger.Submit(new TaskRecord(new TaskId(1, (ulong)number), type, message, null, null), null, now);
        }

        var order = 0UL;
        for (var ends = 0; ends < 1000; ends++)
        {
            ledger.Dispatch(now);
            var run = Assert.Single(((Assignment)Assert.Single(ledger.Effects.OfType<Assignment>())).Tasks);
            Assert.Equal(order++, run.Task.Id.Low);
            var assignment = ledger.Effects.OfType<Assignment>().Single();
            ledger.Effects.Clear();
            ledger.Report(assignment, [new AttemptEnd { Task = run.Task, Run = run.Run, Kind = EndKind.Succeeded, Payload = Outcome<int>.Succeeded(0) }], null, now, 0);
        }

        Assert.Equal(1, ledger.Gatekeeper.Gates);
        Assert.Equal(Count - 1000, ledger.Tally[type, TaskState.Ready]);
    }
}
