using System.Globalization;
using Actors.Tests.Engine;
using Akka.Actor;
using Xunit.Abstractions;

namespace Actors.Tests.Random;

/// <summary>Random trees in the real engine against what must come of them. <c>ACTORS_SEED</c> repeats a run.</summary>
public abstract class RandomTreeSpec(ITestOutputHelper output, int workers) : EngineSpec(
    output, "actors.worker-losses-max = 1000\nakka.loglevel = ERROR\nactors.chunk.slice = 2ms", workers)
{
    private const int Trees = 100;

    private readonly ITestOutputHelper _output = output;
    private readonly int _workers = workers;

    [Fact]
    public async Task Every_tree_ends_as_it_must()
    {
        var seed = Seed();
        await StartGrowingAsync();
        var random = new System.Random(seed);
        var total = 0L;
        foreach (var (tree, handle, node, recorder) in await SubmitAsync(random))
        {
            var outcome = await handle.TreeAsync().WaitAsync(Soon);
            total += outcome.Tasks;
            var expected = Expected.Of(node);
            var what = $"seed {seed}, tree {tree}: {outcome}, expected {expected}";
            Assert.True(outcome.Root.IsSucceeded == expected.IsSucceeded, what);
            Assert.True(outcome.Tasks <= Expected.TasksMax(node), what);
            if (expected.IsExact)
            {
                Assert.True(
                    (outcome.Succeeded, outcome.Failed, outcome.Cancelled, outcome.UnjoinedFailures) == (expected.Succeeded, expected.Failed, 0, expected.UnjoinedFailures), what);
                Assert.True(!expected.IsSucceeded || (int)outcome.Root.UntypedValue! == expected.Value, what);
            }

            Assert.True(!recorder.Check(node, mayRunAgain: false).Any(), $"{what}: {string.Join("; ", recorder.Check(node, mayRunAgain: false).Take(5))}");
        }

        await AssertNothingLeftAsync(total);
    }

    [Fact]
    public async Task Every_tree_ends_though_trees_are_cancelled_and_workers_killed()
    {
        MayLoseMessages = true;
        var seed = Seed();
        await StartGrowingAsync();
        var random = new System.Random(seed);
        var submitted = await SubmitAsync(random);
        var cancelled = new HashSet<TaskId>();
        var total = 0L;
        foreach (var (tree, handle, node, recorder) in submitted)
        {
            switch (tree % 4)
            {
                case 0 when await submitted[^(tree + 1)].Handle.CancelAsync():
                    cancelled.Add(submitted[^(tree + 1)].Handle.Id);
                    break;
                case 1:
                    Sys.ActorSelection("/user/tasks/default/*").Tell(Kill.Instance); // all of them: the router itself ends and is started anew
                    break;
                case 3:
                    await KillOneAsync();
                    break;
            }

            var outcome = await handle.TreeAsync().WaitAsync(Soon);
            total += outcome.Tasks;
            var expected = Expected.Of(node);
            var what = $"seed {seed}, tree {tree}: {outcome}, expected {expected}";
            Assert.True(outcome.Tasks <= Expected.TasksMax(node), what);
            if (cancelled.Contains(handle.Id))
            {
                Assert.True(outcome.State == TaskState.Cancelled, what);
            }
            else
            {
                Assert.True(outcome.Root.IsSucceeded == expected.IsSucceeded, what);
                Assert.True(!expected.IsExact || (outcome.Succeeded, outcome.Failed) == (expected.Succeeded, expected.Failed), what);
            }

            Assert.True(!recorder.Check(node, mayRunAgain: true).Any(), $"{what}: {string.Join("; ", recorder.Check(node, mayRunAgain: true).Take(5))}");
        }

        await AssertNothingLeftAsync(total);
    }

    private static int Seed() =>
        Environment.GetEnvironmentVariable("ACTORS_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : System.Random.Shared.Next();

    private async Task StartGrowingAsync()
    {
        var atOnce = new RetryPolicy { MaxAttempts = 5, Delay = TimeSpan.Zero };
        await StartAsync(tasks => tasks.AddHandler<GrowHandlers>()
            .Configure<GrowJoin>(options => options with { Retry = atOnce })
            .Configure<GrowFold>(options => options with { Retry = atOnce }));
        await UntilIdleAsync(_workers);
    }

    private async Task<List<(int Tree, TaskHandle<int> Handle, Node Node, Recorder Recorder)>> SubmitAsync(System.Random random)
    {
        var submitted = new List<(int, TaskHandle<int>, Node, Recorder)>();
        for (var tree = 0; tree < Trees; tree++)
        {
            var node = Node.Random(random);
            var recorder = new Recorder();
            var options = GrowHandlers.OptionsOf(node);
            var handle = await Client.SubmitAsync(
                GrowHandlers.TaskOf(node, recorder), new SubmitOptions { Delay = options.Delay, Timeout = options.Timeout, Retry = options.Retry });
            submitted.Add((tree, handle, node, recorder));
        }

        return submitted;
    }

    private async Task KillOneAsync()
    {
        var probe = CreateTestProbe();
        Sys.ActorSelection("/user/tasks/default/*").Tell(new Identify(0), probe.Ref);
        if ((await probe.ExpectMsgAsync<ActorIdentity>(Soon)).Subject is { } worker)
        {
            worker.Tell(Kill.Instance);
        }
    }

    /// <summary>What the engine counted is what the trees were, nothing is live, and the pool has its size.</summary>
    private async Task AssertNothingLeftAsync(long total)
    {
        await UntilIdleAsync(_workers);
        var progress = await Client.ProgressAsync();
        Assert.Equal(0, progress.Live);
        Assert.Equal(0, progress.LiveTrees);
        Assert.Equal(total, progress.Count(TaskState.Succeeded) + progress.Count(TaskState.Failed) + progress.Count(TaskState.Cancelled));
        _output.WriteLine($"{total} task(s) in {Trees} trees on {_workers} worker(s)");
    }
}

public sealed class RandomTreesOn1Worker(ITestOutputHelper output) : RandomTreeSpec(output, 1);

public sealed class RandomTreesOn2Workers(ITestOutputHelper output) : RandomTreeSpec(output, 2);

public sealed class RandomTreesOn3Workers(ITestOutputHelper output) : RandomTreeSpec(output, 3);

public sealed class RandomTreesOn5Workers(ITestOutputHelper output) : RandomTreeSpec(output, 5);

public sealed class RandomTreesOn8Workers(ITestOutputHelper output) : RandomTreeSpec(output, 8);
