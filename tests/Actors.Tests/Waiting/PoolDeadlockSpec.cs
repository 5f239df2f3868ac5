using System.Collections.Concurrent;
using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Waiting;

/// <summary>Why this engine is: a task that submits a task to its own pool and waits for it.</summary>
public sealed class PoolDeadlockSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task In_a_pool_of_the_platform_tasks_that_wait_for_tasks_of_that_pool_stand_for_ever(int threads)
    {
        using var pool = new FixedThreads(threads);
        using var release = new CancellationTokenSource();
        using var allRun = new CountdownEvent(threads);
        var (outer, inner) = (new Happening(), new Happening());
        // As many tasks as there are threads, each of which submits one to the same pool and waits for it.
        var tasks = Enumerable.Range(0, threads).Select(_ => pool.Run(() =>
        {
            outer.Happens();
            allRun.Signal();
            allRun.Wait(); // else a child could be in the queue before the last of them, and find a thread
            var child = pool.Run(() => inner.Happens());
            return Record.Exception(() => child.Wait(release.Token)) is OperationCanceledException ? -1 : 1;
        })).ToArray();
        await outer.AtLeast(threads);
        // Every thread is held by a task that waits, and every task that is waited for is in the queue: the state has no way on.
        await pool.AllQueuedAsync(threads);
        Assert.Equal(0, inner.Times);
        Assert.All(tasks, task => Assert.False(task.IsCompleted));
        await release.CancelAsync(); // what no pool does: somebody from outside ends the waiting
        Assert.Contains(-1, await Task.WhenAll(tasks).WaitAsync(Soon)); // whoever is let go first runs what another waits for
        await inner.AtLeast(threads); // only now
    }

    [Fact]
    public async Task The_same_on_the_platforms_exclusive_scheduler()
    {
        var one = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, 1).ConcurrentScheduler;
        using var release = new CancellationTokenSource();
        var (waits, inner) = (new Gate(), new Happening());
        var factory = new TaskFactory(CancellationToken.None, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.HideScheduler, TaskContinuationOptions.None, one);
        var task = factory.StartNew(() =>
        {
            var child = Task.Factory.StartNew(() => { inner.Happens(); }, CancellationToken.None, TaskCreationOptions.PreferFairness, one);
            waits.PassAsync(); // here it begins to wait
            var other = new Thread(() => Record.Exception(() => child.Wait(release.Token))); // from a thread of its own, since Wait would run the child in place
            other.Start();
            other.Join();
        });
        await waits.Reached;
        Assert.Equal(0, inner.Times);
        Assert.False(task.IsCompleted);
        await release.CancelAsync();
        await task.WaitAsync(Soon);
        await inner.AtLeast(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task The_same_shape_finishes_here_on_one_worker(int levels)
    {
        await StartAsync();
        Assert.Equal(levels, (await OutcomeAsync(Nested(levels))).Value);

        static Step Nested(int left) => new(context => left == 0
            ? 0
            : context.Join([Nested(left - 1)], new Gather((outcomes, _) => outcomes[0].Value + 1)));
    }

    /// <summary>A plain pool of so many threads with a queue before them.</summary>
    private sealed class FixedThreads : IDisposable
    {
        private readonly BlockingCollection<Action> _queue = [];
        private readonly Happening _queued = new();

        public FixedThreads(int threads)
        {
            for (var thread = 0; thread < threads; thread++)
            {
                new Thread(() =>
                {
                    foreach (var work in _queue.GetConsumingEnumerable())
                    {
                        work();
                    }
                })
                { IsBackground = true }.Start();
            }
        }

        public Task<int> Run(Func<int> work)
        {
            var result = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue.Add(() => result.SetResult(work()));
            _queued.Happens();
            return result.Task;
        }

        /// <summary>The tasks that were submitted from inside are queued.</summary>
        public Task AllQueuedAsync(int threads) => _queued.AtLeast(2 * threads);

        public void Dispose() => _queue.CompleteAdding();
    }
}
