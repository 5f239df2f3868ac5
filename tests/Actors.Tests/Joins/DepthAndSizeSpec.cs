using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Joins;

public sealed record Fib(int N) : ITask<long>;

public sealed record Add : IJoin<long, long>;

public sealed record Descend(int Levels) : ITask<long>;

public sealed record Wide(int Children) : ITask<long>;

public sealed record WideByName(int Children) : ITask<long>;

public sealed record One : ITask<long>;

public sealed record SumUp : IFold<long, long, long>;

public sealed record Burst(int Children) : ITask;

public sealed record Nothing : ITask;

public sealed class SizeHandlers
    : ITaskHandler<Fib, long>, IJoinHandler<Add, long, long>, ITaskHandler<Descend, long>, ITaskHandler<Wide, long>, ITaskHandler<WideByName, long>,
      ITaskHandler<One, long>,
      IFoldHandler<SumUp, long, long, long>, ITaskHandler<Burst>, ITaskHandler<Nothing>
{
    public Ending<long> Handle(Fib task, TaskContext context) =>
        task.N < 2 ? task.N : context.Join([new Fib(task.N - 1), new Fib(task.N - 2)], new Add());

    public Ending<long> Handle(Add join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context)
    {
        var sum = 0L;
        foreach (var outcome in outcomes)
        {
            sum += outcome.Value;
        }

        return sum;
    }

    public Ending<long> Handle(Descend task, TaskContext context) =>
        task.Levels == 0 ? 1 : context.Join([new Descend(task.Levels - 1), new One()], new Add());

    public Ending<long> Handle(Wide task, TaskContext context) =>
        context.Fold(Enumerable.Range(0, task.Children).Select(static _ => new One()), new SumUp());

    public Ending<long> Handle(WideByName task, TaskContext context) => context.Fold(
        Enumerable.Range(0, task.Children).Select(number => number % 2 == 0
            ? context.Spawn(new One(), new SpawnOptions { Key = $"{number}" })
            : context.SpawnNow(new One())),
        new SumUp());

    public Ending<long> Handle(One task, TaskContext context) => 1;

    public long Start(SumUp fold) => 0;

    public long Add(SumUp fold, long state, Outcome<long> child) => state + child.Value;

    public Ending<long> End(SumUp fold, long state, TaskContext context) => state;

    public Ending<Unit> Handle(Burst task, TaskContext context)
    {
        context.SpawnMany(Enumerable.Range(0, task.Children).Select(static _ => new Nothing()));
        return context.Done();
    }

    public Ending<Unit> Handle(Nothing task, TaskContext context) => context.Done();
}

public sealed class DepthAndSizeSpec(ITestOutputHelper output) : EngineSpec(output, workers: 2)
{
    [Fact]
    public async Task Fibonacci_by_joins()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var handle = await Client.SubmitAsync(new Fib(15));
        Assert.Equal(610, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        var tree = await handle.TreeAsync().WaitAsync(Soon);
        Assert.Equal(TaskState.Succeeded, tree.State);
        Assert.Equal(1973 + 986, tree.Tasks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10_000)]
    [InlineData(100_000)]
    public async Task Joins_nest_as_deep_as_one_likes(int levels)
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var tree = await TreeAsync(new Descend(levels));
        Assert.Equal(levels + 1L, tree.Root.UntypedValue);
        Assert.Equal((3L * levels) + 1, tree.Succeeded);
    }

    [Fact]
    public async Task A_failure_at_the_bottom_of_a_deep_nest_reaches_the_root()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var outcome = await OutcomeAsync(Down(20_000));
        Assert.Equal("bottom", outcome.Failure!.Message);
        Assert.InRange(outcome.Failure.Path.Count, 256, 1024);

        static Step Down(int levels) =>
            new(context => levels == 0 ? throw new FormatException("bottom") : context.Join([Down(levels - 1)], Gather.Sum));
    }

    [Fact]
    public async Task A_deep_nest_is_cancelled_without_recursion()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var bottom = new Gate();
        var handle = await Client.SubmitAsync(Down(20_000));
        await bottom.Reached;
        Assert.True(await handle.CancelAsync());
        Assert.Equal(TaskState.Cancelled, (await handle.TreeAsync().WaitAsync(Soon)).State);

        Step Down(int levels) =>
            new(context => context.Join(
                [levels == 0 ? new StepAsync(async child => { await bottom.PassAsync().WaitAsync(child.CancellationToken); return 0; }) : Down(levels - 1)], Gather.Sum));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(200_000)]
    public async Task A_fold_takes_any_number_of_children(int children)
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var tree = await TreeAsync(new Wide(children));
        Assert.Equal((long)children, tree.Root.UntypedValue);
        Assert.Equal(children + 2L, tree.Succeeded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    public async Task A_fold_takes_children_that_were_spawned_before_by_key_or_at_once(int children)
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var tree = await TreeAsync(new WideByName(children));
        Assert.Equal((long)children, tree.Root.UntypedValue);
        Assert.Equal(children + 2L, tree.Succeeded);
    }

    [Fact]
    public async Task One_handler_spawns_a_million_and_the_tree_ends_with_the_last()
    {
        await StartAsync(tasks => tasks.AddHandler<SizeHandlers>());
        var tree = await TreeAsync(new Burst(1_000_000));
        Assert.Equal(1_000_001, tree.Succeeded);
        Assert.Equal(1_000_000, (await Client.ProgressAsync()).Types.Single(type => type.Type == nameof(Nothing))[TaskState.Succeeded]);
    }
}
