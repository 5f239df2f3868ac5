using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Blocking;

/// <summary>Handlers that block their threads harm nobody but themselves.</summary>
public sealed class BlockedThreadsSpec
{
    /// <summary>One thread more than workers, as in the engine's defaults: all but that one are blocked.</summary>
    private const string OneThreadToSpare = "actors.worker-dispatcher.dedicated-thread-pool.thread-count = 3";

    public sealed class TwoHundredWorkers(ITestOutputHelper output) : EngineSpec(
        output, "actors.worker-dispatcher.dedicated-thread-pool.thread-count = 201", workers: 200)
    {
        [Fact]
        public async Task The_coordinator_answers_while_two_hundred_handlers_block()
        {
            await StartAsync();
            var gate = new Gate();
            var started = new Happening();
            var handles = await Client.SubmitManyAsync(Enumerable.Range(0, 200).Select(_ => new Step(_ => { started.Happens(); gate.Pass(); return 1; })));
            await started.AtLeast(200);
            for (var question = 0; question < 100; question++)
            {
                Assert.Equal(200, (await Client.ProgressAsync().WaitAsync(Soon)).Count(TaskState.Running));
            }

            gate.Open(); // every answer came before this
            foreach (var handle in handles)
            {
                Assert.True((await handle.OutcomeAsync().WaitAsync(Soon)).IsSucceeded);
            }
        }
    }

    public sealed class EveryWorkerBlocked(ITestOutputHelper output) : EngineSpec(output, OneThreadToSpare, workers: 2)
    {
        [Fact]
        public async Task A_cancel_reaches_a_blocking_handler_though_every_worker_is_blocked()
        {
            await StartAsync();
            var (started, heard, gate) = (new Happening(), new Happening(), new Gate());
            var other = await Client.SubmitAsync(new Step(_ => { started.Happens(); gate.Pass(); return 1; }));
            var victim = await Client.SubmitAsync(new Step(context =>
            {
                started.Happens();
                Assert.True(context.CancellationToken.WaitHandle.WaitOne(Soon));
                heard.Happens();
                context.CancellationToken.ThrowIfCancellationRequested();
                return 1;
            }));
            await started.AtLeast(2);
            Assert.True(await victim.CancelAsync());
            await heard.AtLeast(1);
            Assert.True((await victim.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
            gate.Open();
            Assert.True((await other.OutcomeAsync().WaitAsync(Soon)).IsSucceeded);
        }
    }

    public sealed class EveryWorkerBlockedInVirtualTime(ITestOutputHelper output) : VirtualTimeSpec(output, OneThreadToSpare, workers: 2)
    {
        [Fact]
        public async Task Deaf_handlers_on_every_worker_are_abandoned_and_the_pool_goes_on()
        {
            await StartAsync();
            var (started, gate) = (new Happening(), new Gate());
            for (var deaf = 0; deaf < 2; deaf++)
            {
                await Client.SubmitAsync(new Step(_ => { started.Happens(); gate.Pass(); return 1; }), new SubmitOptions { Timeout = Seconds(1) });
            }

            await started.AtLeast(2);
            await AdvanceAsync(Seconds(1));
            await AdvanceAsync(Seconds(5.1));
            Assert.Equal(42, (await (await Client.SubmitAsync(Step.Yield(42))).OutcomeAsync().WaitAsync(Soon)).Value);
            gate.Open();
        }
    }
}
