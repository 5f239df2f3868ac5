using Actors.Ledger;
using Actors.Tests.Engine;
using Akka.Actor;
using Xunit.Abstractions;

namespace Actors.Tests.Workers;

public enum Death
{
    Kill,
    Stop,
    PoisonPill,
}

/// <summary>Finds workers by their path and ends them, as an operator or a fault would.</summary>
public abstract class WorkerLossSpec : EngineSpec
{
    protected WorkerLossSpec(ITestOutputHelper output, int workers, string hocon = "")
        : base(output, hocon, workers) => MayLoseMessages = true; // what is on its way to a worker when it dies

    protected void End(IActorRef worker, Death death)
    {
        switch (death)
        {
            case Death.Kill:
                worker.Tell(Kill.Instance);
                break;
            case Death.Stop:
                Sys.Stop(worker);
                break;
            case Death.PoisonPill:
                worker.Tell(PoisonPill.Instance);
                break;
        }
    }

    /// <summary>All workers that answer.</summary>
    protected async Task<IReadOnlyList<IActorRef>> WorkersAsync(int count)
    {
        var probe = CreateTestProbe();
        var workers = new HashSet<IActorRef>();
        Sys.ActorSelection("/user/tasks/default/*").Tell(new Identify(count), probe.Ref);
        while (workers.Count < count)
        {
            if ((await probe.ExpectMsgAsync<ActorIdentity>(Soon)).Subject is { } worker)
            {
                workers.Add(worker);
            }
        }

        return [.. workers];
    }
}

public sealed class ManyWorkersSpec(ITestOutputHelper output) : WorkerLossSpec(output, workers: 3, "actors.worker-losses-max = 10")
{
    [Theory]
    [InlineData(Death.Kill)]
    [InlineData(Death.Stop)]
    [InlineData(Death.PoisonPill)]
    public async Task What_a_lost_worker_had_runs_again_and_the_pool_has_its_size_back(Death death)
    {
        await StartAsync();
        await UntilIdleAsync(3);
        var started = new Happening();
        var gate = new Gate();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            if (started.Happens() == 1)
            {
                await gate.PassAsync().WaitAsync(context.CancellationToken);
            }

            return context.Attempt;
        }));
        await started.AtLeast(1);
        foreach (var worker in await WorkersAsync(3))
        {
            End(worker, death);
        }

        Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Soon)).Value); // the lost run cost no attempt
        Assert.InRange(started.Times, 2, 4); // it may have gone to the next that was about to be lost
        await UntilIdleAsync(3);
        Assert.Equal(3, (await WorkersAsync(3)).Count);
        Assert.Equal(1, (await Client.ProgressAsync()).Count(TaskState.Succeeded));
    }
}

public sealed class OneWorkerSpec(ITestOutputHelper output) : WorkerLossSpec(output, workers: 1)
{
    [Theory]
    [InlineData(Death.Kill)]
    [InlineData(Death.Stop)]
    [InlineData(Death.PoisonPill)]
    public async Task A_pool_of_one_survives_the_loss_of_its_worker_again_and_again(Death death)
    {
        await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            await UntilIdleAsync(1);
            End((await WorkersAsync(1))[0], death);
            Assert.Equal(round, (await OutcomeAsync(Step.Yield(round))).Value);
        }

        await UntilIdleAsync(1);
    }

    [Fact]
    public async Task The_late_outcome_of_a_lost_run_is_ignored()
    {
        await StartAsync();
        await UntilIdleAsync(1);
        var (started, ended) = (new Happening(), new Happening());
        var gate = new Gate();
        var children = new Happening();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            var run = started.Happens();
            if (run == 1)
            {
                await gate.PassAsync();
            }

            context.Spawn(new Step(_ => children.Happens()));
            ended.Happens();
            return run;
        }));
        await started.AtLeast(1);
        End((await WorkersAsync(1))[0], Death.Stop);
        Assert.Equal(2, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        gate.Open();
        await ended.AtLeast(2);
        Assert.Equal(2, (await handle.TreeAsync().WaitAsync(Soon)).Succeeded);
        Assert.Equal(1, children.Times);
    }

    /// <summary>What a worker throws itself is a fault of the engine, and costs no more than the worker.</summary>
    [Fact]
    public async Task What_a_worker_had_that_failed_and_was_restarted_runs_again()
    {
        await StartAsync();
        await UntilIdleAsync(1);
        var started = new Happening();
        var handle = await Client.SubmitAsync(new StepAsync(async context =>
        {
            var run = started.Happens();
            if (run == 1)
            {
                await new Gate().PassAsync().WaitAsync(context.CancellationToken);
            }

            return run;
        }));
        await started.AtLeast(1);
        var unreadable = new Assignment(null!, 0);
        typeof(Assignment).GetProperty(nameof(Assignment.Tasks))!.SetValue(unreadable, null);
        (await WorkersAsync(1))[0].Tell(unreadable);

        Assert.Equal(2, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        await UntilIdleAsync(1);
        Assert.Equal(1, (await Client.ProgressAsync()).Count(TaskState.Succeeded));
    }

    [Fact]
    public async Task A_task_that_kills_its_worker_every_time_fails_after_three_and_its_join_hears_of_it()
    {
        await StartAsync();
        await UntilIdleAsync(1);
        var started = new Happening();
        var handle = await Client.SubmitAsync(new Step(context => context.Join(
            [
                new StepAsync(async child =>
                {
                    started.Happens();
                    Sys.ActorSelection("/user/tasks/default/*").Tell(Kill.Instance);
                    await new Gate().PassAsync().WaitAsync(child.CancellationToken);
                    return 1;
                }),
                Step.Yield(5),
            ],
            new Gather((outcomes, _) => outcomes[0].Failure!.Kind == FailureKind.WorkerLost ? outcomes[1].Value : 0),
            JoinPolicy.Collect)));
        Assert.Equal(5, (await handle.OutcomeAsync().WaitAsync(Soon)).Value);
        Assert.Equal(3, started.Times);
        await UntilIdleAsync(1);
    }
}
