using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Actors.TestKit;

/// <summary>
/// A base for tests of scenarios on the real engine, with its actors and threads, in virtual time: the clock stands still until the test moves it.
/// </summary>
/// <remarks>One actor system per test. A test that awaits is on its own thread; handlers run on those of their pool.</remarks>
public abstract class EngineTestKit : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(30);
    private readonly DateTimeOffset _start;
    private TaskClient? _client;

    /// <summary>A system of its own.</summary>
    /// <param name="output">Where the log goes; null means nowhere.</param>
    /// <param name="hocon">Pools, timeouts and whatever else differs from the defaults.</param>
    protected EngineTestKit(ITestOutputHelper? output = null, string hocon = "")
        : base($"{hocon}\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"", output: output)
    {
        _start = Sys.Scheduler.Now;
        History = new TaskHistory(() => Elapsed);
    }

    /// <summary>What became of every task so far, and what the test expects of it.</summary>
    protected TaskHistory History { get; }

    /// <summary>How far the test has moved the clock.</summary>
    protected TimeSpan Elapsed => Sys.Scheduler.Now - _start;

    /// <summary>The engine from outside.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    protected TaskClient Client => _client ?? throw new InvalidOperationException("Start the engine first: await StartEngineAsync(tasks => tasks.AddHandler<...>()).");

    /// <summary>What people do to the engine by hand.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    protected TaskControl Control => TaskEngine.Get(Sys).Control;

    /// <summary>Starts the engine.</summary>
    /// <param name="tasks">Registers the handlers.</param>
    /// <param name="services">Makes them; null where all have constructors without parameters.</param>
    /// <exception cref="TaskRegistrationException">A task has no handler or two, or a handler cannot be made.</exception>
    protected async Task<TaskClient> StartEngineAsync(Action<TaskRegistry> tasks, IServiceProvider? services = null)
    {
        TaskEngine.Get(Sys).Observer = History.Observer;
        _client = (await TaskEngine.StartAsync(Sys, tasks, services).ConfigureAwait(false)).Client;
        return _client;
    }

    /// <summary>Until none runs and none can start: what is still ready is paused. Never, as long as a handler hangs.</summary>
    protected async Task SettleAsync()
    {
        while (true)
        {
            var progress = await Client.ProgressAsync().ConfigureAwait(false);
            if (progress.Count(TaskState.Running) == 0 && progress.Pools.All(static pool => pool.Ready == 0 || pool.Workers > 0))
            {
                return;
            }

            await Task.Yield();
        }
    }

    /// <summary>Moves the clock. What falls due meanwhile is started at its time; whether it has ended is for <see cref="SettleAsync"/>.</summary>
    /// <param name="by">How far; at least zero.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    protected async Task AdvanceAsync(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);

        // First a message round trip, then the clock, in short steps: a timer that is armed while the clock jumps comes late.
        await Client.ProgressAsync().ConfigureAwait(false);
        var scheduler = (TestScheduler)Sys.Scheduler;
        while (by > TimeSpan.Zero)
        {
            var step = by < StepMax ? by : StepMax;
            scheduler.Advance(step);
            by -= step;
            await Client.ProgressAsync().ConfigureAwait(false);
        }
    }
}
