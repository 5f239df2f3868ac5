using Actors.Benchmarks.Workloads;
using Proto;
using Proto.Router;

namespace Actors.Benchmarks.Peers;

/// <summary>Proto.Actor as its guides have it: a round-robin pool, one message for each job, and an actor that counts.</summary>
internal sealed class ProtoPeer : CountedPeer
{
    private readonly ActorSystem _system = new();
    private readonly PID _pool;

    public ProtoPeer(int workers)
    {
        var worker = Props.FromProducer(() => new Worker(() => _pool!));
        _pool = _system.Root.Spawn(_system.Root.NewRoundRobinPool(worker, workers));
    }

    /// <summary>A question to the pool: nobody makes an actor to count to one.</summary>
    public override async Task<long> OneAsync() => (await _system.Root.RequestAsync<Ended>(_pool, OneJob.Instance)).Value;

    public override async ValueTask DisposeAsync() => await _system.ShutdownAsync();

    protected override Task<long> RunAsync(Job[] roots)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var coordinator = _system.Root.Spawn(Props.FromProducer(() => new Coordinator(roots.Length, done)));
        foreach (var root in roots)
        {
            _system.Root.Request(_pool, root, coordinator);
        }

        return done.Task;
    }

    private sealed record Ended(long Value, int Spawned);

    private sealed class Coordinator(long pending, TaskCompletionSource<long> done) : IActor
    {
        private long _pending = pending;
        private long _sum;

        public Task ReceiveAsync(IContext context)
        {
            if (context.Message is Ended ended)
            {
                _sum += ended.Value;
                _pending += ended.Spawned - 1;
                if (_pending == 0)
                {
                    done.SetResult(_sum);
                    context.Stop(context.Self);
                }
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Worker(Func<PID> pool) : IActor
    {
        public Task ReceiveAsync(IContext context)
        {
            if (context.Message is not Job job)
            {
                return Task.CompletedTask;
            }

            if (job.RunAsync() is { } running)
            {
                return AnswerAsync(context, running);
            }

            var sender = context.Sender!;
            var value = job.Run(out var followUps);
            context.Send(sender, new Ended(value, followUps.Length)); // before they can end
            foreach (var followUp in followUps)
            {
                context.Request(pool(), followUp, sender);
            }

            return Task.CompletedTask;
        }

        private static async Task AnswerAsync(IContext context, Task<long> running)
        {
            var sender = context.Sender!;
            context.Send(sender, new Ended(await running.ConfigureAwait(false), 0));
        }
    }
}
