using Actors.Admission;
using Actors.Ledger;

namespace Actors.Core.Tests.Admission;

/// <summary>Random work under random gates in several pools, judged after each step from what runs, and at the end from what has started.</summary>
public sealed class RandomGatesSpec
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void No_limit_is_exceeded_no_rate_and_no_order_broken_and_nothing_is_forgotten(int seed)
    {
        for (var round = 0; round < 400; round++)
        {
            Play((seed * 1000) + round);
        }
    }

    [Theory]
    [InlineData(Plant.PermitTooMany)]
    [InlineData(Plant.PermitLost)]
    [InlineData(Plant.TokensUncounted)]
    [InlineData(Plant.OrderForgotten)]
    public void A_planted_fault_is_found(Plant plant)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            try
            {
                Play(seed, plant);
            }
            catch (Exception found) when (found is Xunit.Sdk.XunitException or System.Diagnostics.UnreachableException)
            {
                return;
            }
        }

        Assert.Fail($"{plant} was not found");
    }

    private static void Play(int seed, Plant plant = Plant.None)
    {
        var random = new Random(seed);
        var pools = random.Next(1, 4);
        var world = new GatedWorld(pools) { Settings = new LedgerSettings { ChunkTasksMax = random.Next(1, 8) } };
        var limits = Enumerable.Range(0, 3).Select(number => plant is Plant.PermitTooMany or Plant.PermitLost ? new FaultyLimit($"limit{number}", random.Next(1, 4), plant) : new LimitRule($"limit{number}", random.Next(1, 4))).ToArray();
        var tokens = new TaskRate { TokenLimit = random.Next(1, 5), TokensPerPeriod = random.Next(1, 4), ReplenishmentPeriod = TimeSpan.FromMilliseconds(random.Next(1, 50)) };
        var rate = plant == Plant.TokensUncounted ? new FaultyRate("rate", tokens) : new RateRule("rate", tokens);
        var order = new OrderRule("order");
        var types = new List<TaskType>();
        for (var number = 0; number < 5; number++)
        {
            var uses = new List<GateUse>();
            foreach (var limit in limits.Where(_ => random.Next(2) == 0))
            {
                uses.Add(random.Next(3) switch { 0 => GatedWorld.OfAll(limit), 1 => GatedWorld.ByHost(limit), _ => GatedWorld.ByAccount(limit) });
            }

            if (random.Next(3) == 0)
            {
                uses.Add(GatedWorld.ByHost(rate));
            }

            types.Add(world.Type($"type{number}", random.Next(pools), random.Next(3) == 0 ? (plant == Plant.OrderForgotten ? Forgetting(order) : GatedWorld.InOrder(order)) : null, RetryPolicy.Default, [.. uses]));
        }

        for (var pool = 0; pool < pools; pool++)
        {
            world.AddWorkers(random.Next(1, 6), pool);
        }

        var all = new List<TaskRecord>();
        for (var step = 0; step < 300; step++)
        {
            Move(world, random, types, all);
        }

        world.Finish();
        world.AssertNothingIsLeft();
        Assert.All(all, static task => Assert.True(task.State.IsTerminal()));
        AssertOrder(world, order, all);
        AssertRate(world, rate);
    }

    private static void Move(GatedWorld world, Random random, List<TaskType> types, List<TaskRecord> all)
    {
        var running = world.Running.Count == 0 ? null : world.Running.ElementAt(random.Next(world.Running.Count));
        switch (random.Next(12))
        {
            case < 4:
                all.Add(world.Submit(
                    types[random.Next(types.Count)], $"{all.Count}", Key(random), Key(random),
                    random.Next(4) == 0 ? new SpawnOptions { Delay = TimeSpan.FromMilliseconds(random.Next(30)) } : random.Next(3) == 0 ? new SpawnOptions { Priority = random.Next(TaskPriority.Count) } : null));
                break;
            case < 7 when running is not null:
                world.Succeed(running);
                break;
            case 7 when running is not null:
                var children = Enumerable.Range(0, random.Next(1, 4)).Select(number => world.Child(running, number, types[random.Next(types.Count)], $"{all.Count + number}", Key(random), Key(random))).ToArray();
                all.AddRange(children);
                world.Succeed(running, children);
                break;
            case 8 when running is not null:
                world.Fail(running);
                break;
            case 9 when running is not null && random.Next(2) == 0:
                world.PutOff(running, TimeSpan.FromMilliseconds(random.Next(1, 40)));
                break;
            case 9 when running is not null:
                world.GiveBack(running);
                break;
            case 10 when all.Count > 0 && all[random.Next(all.Count)] is { State: TaskState.Ready or TaskState.Scheduled } waiting:
                world.Cancel(waiting);
                break;
            case 11 when running is not null && random.Next(3) == 0:
                var pool = running.Type.Pool;
                world.Lose(running.Worker!);
                world.AddWorkers(1, pool);
                break;
            default:
                world.Advance(TimeSpan.FromMilliseconds(random.Next(10)));
                break;
        }
    }

    private static string? Key(Random random) => random.Next(4) switch { 0 => null, var key => $"k{key}" };

    private static void AssertOrder(GatedWorld world, OrderRule order, List<TaskRecord> all)
    {
        foreach (var line in all.Where(task => task.Type.Gates?.Order?.Rule == order && ((Errand)task.Message).Account is not null).GroupBy(static task => ((Errand)task.Message).Account))
        {
            var born = line.ToList();
            var last = -1;
            foreach (var (_, task) in world.Starts.Where(start => born.Contains(start.Task)))
            {
                var place = born.IndexOf(task);
                Assert.True(place >= last, $"{place} started after {last}");
                last = place;
            }
        }
    }

    private static void AssertRate(GatedWorld world, RateRule rule)
    {
        var starts = world.Spent.Where(start => start.Task.Type.Gates?.Uses.Any(use => use.Rule == rule) == true && ((Errand)start.Task.Message).Host is not null);
        foreach (var key in starts.GroupBy(static start => ((Errand)start.Task.Message).Host))
        {
            var at = key.Select(static start => start.At).ToArray();
            for (var first = 0; first < at.Length; first++)
            {
                for (var last = first; last < at.Length; last++)
                {
                    var periods = (at[last] - at[first]).Ticks / rule.Rate.ReplenishmentPeriod.Ticks;
                    var most = rule.Rate.TokenLimit + ((periods + 1) * rule.Rate.TokensPerPeriod);
                    Assert.True(last - first + 1 <= most, $"{last - first + 1} started within {at[last] - at[first]}, and {rule.Rate} allows {most}");
                }
            }
        }
    }

    /// <summary>Takes tasks of one key for tasks of two.</summary>
    private static OrderUse Forgetting(OrderRule rule) =>
        new(rule, static message => ((Errand)message).Account is { } account ? account + (((Errand)message).Name[^1] % 2) : null);

    /// <summary>What is wrong with the ledger on purpose.</summary>
    public enum Plant
    {
        None,
        PermitTooMany,
        PermitLost,
        TokensUncounted,
        OrderForgotten,
    }

    private sealed class FaultyLimit(string name, int permits, Plant plant) : LimitRule(name, permits)
    {
        public override Gate NewGate(string key, long nowTicks) => new FaultyPermits(this, key, plant);
    }

    private sealed class FaultyPermits(LimitRule rule, string key, Plant plant) : Permits(rule, key)
    {
        public override int Room(long nowTicks) => base.Room(nowTicks) + (plant == Plant.PermitTooMany ? 1 : 0);

        public override void Return(long passage, bool hasRun)
        {
            if (plant != Plant.PermitLost || !hasRun || Held < 2)
            {
                base.Return(passage, hasRun);
            }
        }
    }

    private sealed class FaultyRate(string name, TaskRate rate) : RateRule(name, rate)
    {
        public override Gate NewGate(string key, long nowTicks) => new FaultyBucket(this, key, nowTicks);
    }

    private sealed class FaultyBucket(RateRule rule, string key, long nowTicks) : TokenBucket(rule, key, nowTicks)
    {
        private int _passed;

        public override void Pass(long passage, long nowTicks)
        {
            if (++_passed % 4 == 0)
            {
                base.Pass(passage, nowTicks);
            }
        }
    }
}
