using Akka.TestKit;
using Xunit.Abstractions;

namespace Actors.Tests.Engine;

/// <summary>A system whose scheduler stands still until the spec advances it. Expect, then act: see <see cref="AdvanceAsync"/>.</summary>
public abstract class VirtualTimeSpec(ITestOutputHelper output, string hocon = "", int workers = 4)
    : EngineSpec(output, "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"\n" + hocon, workers)
{
    /// <summary>No step is longer than the shortest period of the engine's own timers.</summary>
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(30);

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    protected DateTimeOffset VirtualNow => Scheduler.Now;

    /// <summary>
    /// Moves the time on. A round trip before each step makes sure that the coordinator has set its timer; one after it that it has heard of it.
    /// What a worker still has to report the spec awaits before it calls this.
    /// </summary>
    protected async Task AdvanceAsync(TimeSpan by)
    {
        await Client.ProgressAsync().WaitAsync(Soon);
        while (by > TimeSpan.Zero)
        {
            var step = by < StepMax ? by : StepMax;
            Scheduler.Advance(step);
            by -= step;
            await Client.ProgressAsync().WaitAsync(Soon);
        }
    }

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    protected static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
