using Actors.Tests.Engine;
using Actors.Tests.Joins;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Actors.Tests.Registration;

public sealed class RegistrationSpec(ITestOutputHelper output) : EngineSpec(output)
{
    private sealed record Orphan : ITask;

    private sealed class SecondOneHandler : ITaskHandler<One, long>
    {
        public Ending<long> Handle(One task, TaskContext context) => 2;
    }

    private sealed class HandlesNothing;

    private sealed class TwoForms : ITaskHandler<One, long>, IAsyncTaskHandler<One, long>
    {
        public Ending<long> Handle(One task, TaskContext context) => 1;

        public ValueTask<Ending<long>> HandleAsync(One task, TaskContext context) => new(1);
    }

    public interface IMissing;

    private sealed class NeedsService(IMissing missing) : ITaskHandler<Nothing>
    {
        public Ending<Unit> Handle(Nothing task, TaskContext context) => missing is null ? context.Fail("none") : context.Done();
    }

    private sealed class ThrowsInConstructor : ITaskHandler<Nothing>, IDisposable
    {
        public ThrowsInConstructor() => throw new NotSupportedException("no licence");

        public Ending<Unit> Handle(Nothing task, TaskContext context) => context.Done();

        public void Dispose()
        {
        }
    }

    private sealed class NoConstructor : ITaskHandler<Nothing>
    {
        private NoConstructor()
        {
        }

        public static NoConstructor Instance { get; } = new();

        public Ending<Unit> Handle(Nothing task, TaskContext context) => context.Done();
    }

    private static class Elsewhere
    {
        public sealed record One : ITask;

        public sealed class OneHandler : ITaskHandler<One>
        {
            public Ending<Unit> Handle(One task, TaskContext context) => context.Done();
        }
    }

    [Fact]
    public Task A_declared_task_without_a_handler() => RefusedAsync(tasks => tasks.AddTask<Orphan>(), typeof(Orphan).FullName!);

    [Fact]
    public Task A_configured_task_without_a_handler() =>
        RefusedAsync(tasks => tasks.Configure<Orphan>(options => options with { Pool = "x" }), typeof(Orphan).FullName!);

    [Fact]
    public Task A_task_with_two_handlers() => RefusedAsync(
        tasks => tasks.AddHandler<SizeHandlers>().AddHandler<SecondOneHandler>(), nameof(One), nameof(SizeHandlers), nameof(SecondOneHandler));

    [Fact]
    public async Task The_same_handler_twice_is_one_handler()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>().AddHandler<SizeHandlers>());
        Assert.Equal(1, (await OutcomeAsync(new One())).Value);
    }

    [Fact]
    public Task A_handler_that_handles_nothing() => RefusedAsync(tasks => tasks.AddHandler<HandlesNothing>(), nameof(HandlesNothing));

    [Fact]
    public Task A_handler_that_handles_one_task_in_two_forms() => RefusedAsync(tasks => tasks.AddHandler<TwoForms>(), nameof(TwoForms), nameof(One));

    [Fact]
    public Task A_handler_that_needs_services_where_there_are_none() => RefusedAsync(tasks => tasks.AddHandler<NeedsService>(), nameof(NeedsService), "service provider");

    [Fact]
    public async Task A_handler_whose_service_is_missing()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await RefusedAsync(tasks => tasks.AddHandler<NeedsService>(), services, nameof(NeedsService), nameof(IMissing));
    }

    [Fact]
    public async Task A_handler_whose_constructor_throws()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await RefusedAsync(tasks => tasks.AddHandler<ThrowsInConstructor>(), services, nameof(ThrowsInConstructor), "no licence");
    }

    [Fact]
    public Task A_handler_without_a_public_constructor() => RefusedAsync(tasks => tasks.AddHandler<NoConstructor>(), nameof(NoConstructor), "public constructor");

    [Fact]
    public Task A_pool_that_is_not_deployed() => RefusedAsync(
        tasks => tasks.AddHandler<SizeHandlers>().Configure<One>(options => options with { Pool = "gpu" }), typeof(One).FullName!, "'gpu'", "default", "/tasks/gpu");

    [Fact]
    public Task Two_types_of_one_name() => RefusedAsync(
        tasks => tasks.AddHandler<SizeHandlers>().AddHandler<Elsewhere.OneHandler>(), typeof(One).FullName!, typeof(Elsewhere.One).FullName!, "'One'");

    [Fact]
    public async Task Two_types_of_one_name_go_together_once_one_has_another()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>().AddHandler<Elsewhere.OneHandler>()
            .Configure<Elsewhere.One>(options => options with { Name = "Elsewhere.One" }));
        Assert.True((await OutcomeAsync(new Elsewhere.One())).IsSucceeded);
    }

    private Task RefusedAsync(Action<TaskRegistry> tasks, params string[] named) => RefusedAsync(tasks, null, named);

    private async Task RefusedAsync(Action<TaskRegistry> tasks, IServiceProvider? services, params string[] named)
    {
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => StartAsync(tasks, services));
        Assert.All(named, name => Assert.Contains(name, refused.Message, StringComparison.Ordinal));
    }
}

public sealed class OverridesOfUnknownTypes(ITestOutputHelper output) : EngineSpec(output, "actors.types.Wun.pool = default")
{
    [Fact]
    public async Task Are_refused_by_name()
    {
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => StartAsync(tasks => tasks.AddHandler<SizeHandlers>()));
        Assert.Contains("Wun", refused.Message, StringComparison.Ordinal);
        Assert.Contains("One", refused.Message, StringComparison.Ordinal);
    }
}

public sealed class OverridesThatCannotBe(ITestOutputHelper output) : EngineSpec(output, "actors.types.One.retry.max-attempts = 0")
{
    [Fact]
    public async Task Are_refused_by_name()
    {
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => StartAsync(tasks => tasks.AddHandler<SizeHandlers>()));
        Assert.Contains("actors.types.One", refused.Message, StringComparison.Ordinal);
    }
}
