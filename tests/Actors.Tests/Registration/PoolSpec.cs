using Actors.Tests.Engine;
using Actors.Tests.Joins;
using Akka.Configuration;
using Xunit.Abstractions;

namespace Actors.Tests.Registration;

public sealed class PoolSpec(ITestOutputHelper output) : EngineSpec(output, """
    akka.actor.deployment {
      "/tasks/quick" { router = round-robin-pool, nr-of-instances = 3 }
      "/tasks/slow" { router = smallest-mailbox-pool, nr-of-instances = 1, dispatcher = slow-dispatcher }
      "/tasks/slow/not-a-pool" { router = round-robin-pool, nr-of-instances = 7 }
      "/elsewhere" { router = round-robin-pool, nr-of-instances = 7 }
    }
    slow-dispatcher {
      type = ForkJoinDispatcher
      throughput = 1
      dedicated-thread-pool { thread-count = 2, threadtype = background }
    }
    actors.types {
      Step { pool = slow }
      StepAsync { timeout = 3s, retry { max-attempts = 3, delay = 1ms, factor = 1, jitter = 0 } }
      Gather { pool = quick }
    }
    """)
{
    private Task<TaskClient> StartPoolsAsync() => StartAsync(tasks => tasks.AddHandler<SizeHandlers>()
        .Configure<Step>(options => options with { Pool = "quick" })
        .Configure<StepAsync>(options => options with { Pool = "quick" })
        .Configure<Gather>(options => options with { Pool = "slow" })
        .Configure<Fib>(options => options with { Pool = "quick" })
        .Configure<Add>(options => options with { Pool = "quick" })
        .Configure<Descend>(options => options with { Pool = "quick" })
        .Configure<Wide>(options => options with { Pool = "quick" })
        .Configure<WideByName>(options => options with { Pool = "quick" })
        .Configure<One>(options => options with { Pool = "quick" })
        .Configure<SumUp>(options => options with { Pool = "quick" })
        .Configure<Burst>(options => options with { Pool = "quick" })
        .Configure<Nothing>(options => options with { Pool = "quick" }));

    [Fact]
    public async Task Pools_are_what_hocon_deploys_and_hocon_has_the_last_word_on_types()
    {
        await StartPoolsAsync();
        await UntilIdleAsync(3, "quick");
        await UntilIdleAsync(1, "slow");
        var progress = await Client.ProgressAsync();
        Assert.Equal(["quick", "slow"], progress.Pools.Select(pool => pool.Pool).Order());
        Assert.Equal("slow", progress.Types.Single(type => type.Type == nameof(Step)).Pool);
        Assert.Equal("quick", progress.Types.Single(type => type.Type == nameof(Gather)).Pool);
        Assert.Equal("quick", progress.Types.Single(type => type.Type == nameof(StepAsync)).Pool);
    }

    [Fact]
    public async Task Handlers_run_on_the_threads_of_their_pools_dispatcher()
    {
        await StartPoolsAsync();
        string? slow = null, quick = null;
        await OutcomeAsync(new Step(context =>
        {
            slow = Thread.CurrentThread.Name;
            return context.Join([Step.Yield(1)], new Gather((_, _) =>
            {
                quick = Thread.CurrentThread.Name;
                return 0;
            }));
        }));
        Assert.Contains("slow-dispatcher", slow, StringComparison.Ordinal);
        Assert.Contains("worker-dispatcher", quick, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_pool_does_not_hold_up_another()
    {
        await StartPoolsAsync();
        var gate = new Gate();
        var slow = await Client.SubmitAsync(new Step(_ => { gate.Pass(); return 1; }));
        await gate.Reached;
        Assert.Equal(610, (await OutcomeAsync(new Fib(15))).Value);
        Assert.Equal(1, (await Client.ProgressAsync()).Pools.Single(pool => pool.Pool == "slow").Busy);
        gate.Open();
        await slow.OutcomeAsync().WaitAsync(Soon);
    }

    [Fact]
    public async Task A_retry_policy_from_hocon_holds()
    {
        await StartPoolsAsync();
        var outcome = await OutcomeAsync(new StepAsync(context => context.Attempt < 3 ? throw new FormatException() : new ValueTask<Ending<int>>(context.Attempt)));
        Assert.Equal(3, outcome.Value);
    }
}

public sealed class BadPools
{
    public sealed class NoRouter(ITestOutputHelper output) : EngineSpec(output, """akka.actor.deployment."/tasks/odd" { router = round-robin-group }""")
    {
        [Fact]
        public async Task A_group_is_no_pool() =>
            Assert.Contains("/tasks/odd", (await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync())).Message, StringComparison.Ordinal);
    }

    public sealed class NoWorkers(ITestOutputHelper output) : EngineSpec(output, """akka.actor.deployment."/tasks/odd" { router = round-robin-pool }""")
    {
        [Fact]
        public async Task A_pool_needs_workers() =>
            Assert.Contains("nr-of-instances", (await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync())).Message, StringComparison.Ordinal);
    }

    public sealed class NoTime(ITestOutputHelper output) : EngineSpec(output, "actors.grace = soon")
    {
        [Fact]
        public async Task A_time_must_be_one() =>
            Assert.Contains("actors.grace", (await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync())).Message, StringComparison.Ordinal);
    }

    public sealed class NoMode(ITestOutputHelper output) : EngineSpec(output, "actors.drain.mode = gently")
    {
        [Fact]
        public async Task A_drain_mode_must_be_one() =>
            Assert.Contains("finish-trees", (await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync())).Message, StringComparison.Ordinal);
    }
}
