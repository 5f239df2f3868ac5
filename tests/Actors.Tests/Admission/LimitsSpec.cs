using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Admission;

public sealed record Visit(string Host, Func<TaskContext, ValueTask<Ending<int>>> Body) : ITask<int>;

public sealed record OtherVisit(string Host, Func<TaskContext, ValueTask<Ending<int>>> Body) : ITask<int>;

public sealed class VisitHandler : IAsyncTaskHandler<Visit, int>, IAsyncTaskHandler<OtherVisit, int>
{
    public ValueTask<Ending<int>> HandleAsync(Visit task, TaskContext context) => task.Body(context);

    public ValueTask<Ending<int>> HandleAsync(OtherVisit task, TaskContext context) => task.Body(context);
}

public sealed class LimitsSpec(ITestOutputHelper output) : EngineSpec(output, "actors.limits.host { permits = 2 }\nakka.actor.deployment.\"/tasks/io\" { router = round-robin-pool, nr-of-instances = 8 }\nakka.actor.deployment.\"/tasks/default\" { router = round-robin-pool, nr-of-instances = 8 }")
{
    private static readonly TaskRate Rate = new() { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromDays(1) };

    [Fact]
    public async Task Of_two_types_in_two_pools_as_many_run_as_HOCON_says()
    {
        await StartAsync(tasks => tasks
            .AddHandler<VisitHandler>()
            .Configure<Visit>(static type => type.WithLimit<Visit>("host", 5, static visit => visit.Host))
            .Configure<OtherVisit>(static type => (type with { Pool = "io" }).WithLimit<OtherVisit>("host", 5, static visit => visit.Host)));
        var running = 0;
        var most = 0;
        var together = new Lock();

        async ValueTask<Ending<int>> Body(TaskContext context)
        {
            lock (together)
            {
                most = Math.Max(most, ++running);
            }

            for (var turn = 0; turn < 10; turn++)
            {
                await Task.Yield();
            }

            lock (together)
            {
                running--;
            }

            return 1;
        }

        var visits = await Client.SubmitManyAsync(Enumerable.Range(0, 300).Select(_ => new Visit("a", Body)));
        var others = await Client.SubmitManyAsync(Enumerable.Range(0, 300).Select(_ => new OtherVisit("a", Body)));
        foreach (var handle in visits.Concat(others))
        {
            Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        }

        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_join_of_children_with_the_key_of_their_parent_ends_on_one_permit()
    {
        await StartAsync(static tasks => tasks
            .AddHandler<VisitHandler>()
            .Configure<Visit>(static type => type.WithLimit<Visit>("host", 5, static visit => visit.Host).WithLimit<Visit>("alone", 1, static visit => visit.Host)));

        static Visit Level(int depth) => new("a", context => ValueTask.FromResult(depth == 0
            ? new Ending<int>(1)
            : context.Join(Enumerable.Range(0, 3).Select(_ => Level(depth - 1)), Gather.Sum)));

        Assert.Equal(81, (await OutcomeAsync(Level(4))).Value);
    }

    [Fact]
    public async Task A_selector_that_throws_fails_the_submit_and_the_attempt_that_spawns()
    {
        await StartAsync(static tasks => tasks
            .AddHandler<VisitHandler>()
            .Configure<Visit>(static type => type.WithLimit<Visit>("host", 1, static visit => visit.Host.Substring(5))));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Client.SubmitAsync(new Visit("a", static _ => new(1))));
        var outcome = await OutcomeAsync(new Step(static context =>
        {
            context.Spawn(new Visit("b", static _ => new(1)));
            return 1;
        }));
        Assert.Equal(typeof(ArgumentOutOfRangeException).FullName, outcome.Failure!.Type);
    }

    [Theory]
    [InlineData("0", "actors.limits.host cannot be used")]
    [InlineData("many", "actors.limits.host cannot be used")]
    public async Task Permits_that_are_no_number_are_refused_at_the_start(string permits, string told)
    {
        using var system = Akka.Actor.ActorSystem.Create("refuses", $"actors.limits.host.permits = {permits}");
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => TaskEngine.StartAsync(
            system, static tasks => tasks.AddHandler<VisitHandler>().Configure<Visit>(static type => type.WithLimit("host", 1))));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_limit_that_no_type_has_is_refused() =>
        RefusedAsync(static tasks => tasks.AddHandler<VisitHandler>(), "actors.limits.host configures what no task type has");

    [Fact]
    public Task Two_types_that_say_different_things_of_one_limit_are_refused() => RefusedAsync(
        static tasks => tasks.AddHandler<VisitHandler>()
            .Configure<Visit>(static type => type.WithLimit("host", 1))
            .Configure<OtherVisit>(static type => type.WithLimit("host", 3)),
        "The limit 'host' is 1 for Visit and 3 for OtherVisit");

    [Fact]
    public Task A_join_with_a_limit_is_refused() => RefusedAsync(
        static tasks => tasks.Configure<Gather>(static type => type.WithLimit("host", 1)), "is a join and has the gate 'host'");

    [Fact]
    public Task A_key_of_another_message_is_refused() => RefusedAsync(
        static tasks => tasks.AddHandler<VisitHandler>().Configure<Visit>(static type => type.WithLimit<OtherVisit>("host", 1, static visit => visit.Host)), "takes its key from a");

    [Fact]
    public Task One_limit_twice_and_two_orders_are_refused() => Task.WhenAll(
        RefusedAsync(static tasks => tasks.AddHandler<VisitHandler>().Configure<Visit>(static type => type.WithLimit("host", 1).WithLimit("host", 1)), "has 'host' twice"),
        RefusedAsync(static tasks => tasks.AddHandler<VisitHandler>().Configure<Visit>(static type => type.WithOrder<Visit>("a", static _ => "").WithOrder<Visit>("b", static _ => "")), "stands in two orders"));

    [Fact]
    public async Task What_cannot_be_is_refused_where_it_is_said()
    {
        var options = new TaskTypeOptions { Name = "a" };
        Assert.Throws<ArgumentOutOfRangeException>(() => options.WithLimit("host", 0));
        Assert.Throws<ArgumentException>(() => options.WithLimit("", 1));
        Assert.Throws<ArgumentNullException>(() => options.WithRate("host", null!));
        Assert.Throws<ArgumentNullException>(() => options.WithOrder<Visit>("host", null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate with { TokenLimit = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate with { TokensPerPeriod = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate with { ReplenishmentPeriod = TimeSpan.Zero });
        await Task.CompletedTask;
    }

    private async Task RefusedAsync(Action<TaskRegistry> tasks, string told)
    {
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => StartAsync(tasks));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }
}
