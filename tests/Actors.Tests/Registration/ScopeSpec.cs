using System.Collections.Concurrent;
using Actors.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Actors.Tests.Registration;

public sealed class ScopeSpec(ITestOutputHelper output) : EngineSpec(output)
{
    private static readonly RetryPolicy ThreeAtOnce = new() { MaxAttempts = 3, Delay = TimeSpan.Zero };

    public sealed record UseScope(int FailingAttempts) : ITask<int>;

    public sealed record UseScopeAsync(int FailingAttempts) : ITask<int>;

    public sealed class Trace
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ConcurrentDictionary<object, int> Instances { get; } = new(ReferenceEqualityComparer.Instance);
    }

    public sealed class Scoped(Trace trace) : IDisposable
    {
        public void Dispose() => trace.Lines.Enqueue("service disposed");
    }

    public sealed class DisposableHandler(Trace trace, Scoped scoped, Scoped same) : ITaskHandler<UseScope, int>, IDisposable
    {
        public Ending<int> Handle(UseScope task, TaskContext context)
        {
            Assert.Same(scoped, same);
            Assert.True(trace.Instances.TryAdd(this, 0) && trace.Instances.TryAdd(scoped, 0), "An instance came back.");
            trace.Lines.Enqueue($"attempt {context.Attempt}");
            return context.Attempt <= task.FailingAttempts ? throw new FormatException() : context.Attempt;
        }

        public void Dispose() => trace.Lines.Enqueue("handler disposed");
    }

    public sealed class AsyncDisposableHandler(Trace trace, Scoped scoped) : IAsyncTaskHandler<UseScopeAsync, int>, IAsyncDisposable
    {
        public async ValueTask<Ending<int>> HandleAsync(UseScopeAsync task, TaskContext context)
        {
            await Task.Yield();
            Assert.True(trace.Instances.TryAdd(this, 0) && trace.Instances.TryAdd(scoped, 0), "An instance came back.");
            trace.Lines.Enqueue($"attempt {context.Attempt}");
            return context.Attempt <= task.FailingAttempts ? throw new FormatException() : context.Attempt;
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            trace.Lines.Enqueue("handler disposed");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_attempt_has_a_scope_and_a_handler_of_its_own_and_both_are_disposed_before_its_outcome_counts(bool isAsync)
    {
        await using var services = new ServiceCollection().AddSingleton<Trace>().AddScoped<Scoped>().BuildServiceProvider(validateScopes: true);
        await StartAsync(tasks => tasks.AddHandler<DisposableHandler>().AddHandler<AsyncDisposableHandler>(), services);
        var trace = services.GetRequiredService<Trace>();
        trace.Lines.Clear(); // of the trial at start-up
        var outcome = await OutcomeAsync<int>(isAsync ? new UseScopeAsync(2) : new UseScope(2), new SubmitOptions { Retry = ThreeAtOnce });
        Assert.Equal(3, outcome.Value);
        Assert.Equal(
            [
                "attempt 1", "handler disposed", "service disposed",
                "attempt 2", "handler disposed", "service disposed",
                "attempt 3", "handler disposed", "service disposed",
            ],
            trace.Lines);
    }

    [Fact]
    public async Task A_thousand_attempts_leave_nothing_undisposed()
    {
        await using var services = new ServiceCollection().AddSingleton<Trace>().AddScoped<Scoped>().BuildServiceProvider(validateScopes: true);
        await StartAsync(tasks => tasks.AddHandler<DisposableHandler>(), services);
        var trace = services.GetRequiredService<Trace>();
        trace.Lines.Clear();
        foreach (var handle in await Client.SubmitManyAsync(Enumerable.Range(0, 1000).Select(_ => new UseScope(0))))
        {
            Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        }

        Assert.Equal(1000, trace.Lines.Count(line => line == "handler disposed"));
        Assert.Equal(1000, trace.Lines.Count(line => line == "service disposed"));
    }
}
