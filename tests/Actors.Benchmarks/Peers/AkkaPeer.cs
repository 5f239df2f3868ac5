using Actors.Benchmarks.Workloads;
using Akka.Actor;
using Akka.Configuration;
using Akka.Routing;

namespace Actors.Benchmarks.Peers;

/// <summary>Akka.NET as its guides have it: a round-robin pool, one message for each job, and an actor that counts.</summary>
internal sealed class AkkaPeer : CountedPeer
{
    private readonly ActorSystem _system;
    private readonly IActorRef _pool;

    public AkkaPeer(int workers)
    {
        _system = ActorSystem.Create("peer", ConfigurationFactory.ParseString("akka.loglevel = WARNING, akka.stdout-loglevel = WARNING"));
        _pool = _system.ActorOf(Props.Create(static () => new Worker()).WithRouter(new RoundRobinPool(workers)), "workers");
    }

    /// <summary>A question to the pool: nobody makes an actor to count to one.</summary>
    public override async Task<long> OneAsync() => (await _pool.Ask<Ended>(OneJob.Instance)).Value;

    public override async ValueTask DisposeAsync() => await _system.Terminate();

    protected override Task<long> RunAsync(Job[] roots)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var coordinator = _system.ActorOf(Props.Create(() => new Coordinator(roots.Length, done)));
        foreach (var root in roots)
        {
            _pool.Tell(root, coordinator);
        }

        return done.Task;
    }

    private sealed record Ended(long Value, int Spawned);

    private sealed class Coordinator(long pending, TaskCompletionSource<long> done) : UntypedActor
    {
        private long _pending = pending;
        private long _sum;

        protected override void OnReceive(object message)
        {
            var ended = (Ended)message;
            _sum += ended.Value;
            _pending += ended.Spawned - 1;
            if (_pending == 0)
            {
                done.SetResult(_sum);
                Context.Stop(Self);
            }
        }
    }

    private sealed class Worker : ReceiveActor
    {
        public Worker()
        {
            ReceiveAsync<PauseJob>(async job =>
            {
                var sender = Sender;
                sender.Tell(new Ended(await job.RunAsync()!, 0));
            });
            Receive<Job>(job =>
            {
                var value = job.Run(out var followUps);
                Sender.Tell(new Ended(value, followUps.Length)); // before they can end
                foreach (var followUp in followUps)
                {
                    Context.Parent.Tell(followUp, Sender);
                }
            });
        }
    }
}
