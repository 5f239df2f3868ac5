using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Actors.Tests.Engine;

/// <summary>A system of its own with the engine, for one spec. Real time; see <see cref="VirtualTimeSpec"/> for virtual time.</summary>
/// <remarks>
/// A message of the engine that ends in the dead letters, or that one of its actors does not handle, fails the spec in which it happens.
/// </remarks>
public abstract class EngineSpec : Akka.TestKit.Xunit2.TestKit, IAsyncLifetime
{
    /// <summary>Whatever has not ended by then never will: a hang must fail a test, not the run.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _strays = new();
    private readonly IActorRef _strayWatch;
    private TaskClient? _client;

    protected EngineSpec(ITestOutputHelper output, string hocon = "", int workers = 4)
        : base(Config(hocon, workers), output: output)
    {
        _strayWatch = Sys.ActorOf(Props.Create(() => new StrayWatch(_strays)));
        Sys.EventStream.Subscribe(_strayWatch, typeof(AllDeadLetters));
        Sys.EventStream.Subscribe(_strayWatch, typeof(UnhandledMessage));
    }

    protected TaskClient Client => _client ?? throw new InvalidOperationException("Start the engine first.");

    protected TaskControl Control => TaskEngine.Get(Sys).Control;

    /// <summary>A spec that kills workers may lose what was on its way to them.</summary>
    protected bool MayLoseMessages { get; set; }

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        if (!Sys.WhenTerminated.IsCompleted && !MayLoseMessages)
        {
            if (_client is not null)
            {
                await _client.ProgressAsync().WaitAsync(Soon);
            }

            await _strayWatch.Ask<bool>(StrayWatch.AreYouDone.Instance, Soon);
            Assert.Empty(_strays);
        }
    }

    /// <summary>Starts the engine with the handlers of <see cref="Step"/> and its like, and those that the spec adds.</summary>
    protected async Task<TaskClient> StartAsync(Action<TaskRegistry>? tasks = null, IServiceProvider? services = null)
    {
        _client = (await TaskEngine.StartAsync(Sys, registry =>
        {
            registry.AddHandler<StepHandler>();
            tasks?.Invoke(registry);
        }, services)).Client;
        return _client;
    }

    /// <summary>Looks, by one message round trip after the other, until the engine is as expected.</summary>
    protected async Task<EngineProgress> UntilAsync(Func<EngineProgress, bool> isExpected)
    {
        using var tooLate = new CancellationTokenSource(Soon);
        while (true)
        {
            var progress = await Client.ProgressAsync(tooLate.Token);
            if (isExpected(progress))
            {
                return progress;
            }

            await Task.Yield();
        }
    }

    protected Task UntilAsync(TaskState state, long count) => UntilAsync(progress => progress.Count(state) == count);

    /// <summary>Until there are so many workers, all of them idle.</summary>
    protected Task UntilIdleAsync(int workers, string pool = "default") =>
        UntilAsync(progress => progress.Pools.Single(one => one.Pool == pool) is { Busy: 0, Ready: 0 } idle && idle.Workers == workers);

    protected async Task<Outcome<T>> OutcomeAsync<T>(ITask<T> task, SubmitOptions? options = null) =>
        await (await Client.SubmitAsync(task, options)).OutcomeAsync().WaitAsync(Soon);

    protected async Task<TreeOutcome> TreeAsync<T>(ITask<T> task, SubmitOptions? options = null) =>
        await (await Client.SubmitAsync(task, options)).TreeAsync().WaitAsync(Soon);

    /// <summary>Two threads more than workers, so that a spec is about what it says; a spec of its own is about threads.</summary>
    protected static Config Config(string hocon, int workers = 4) => ConfigurationFactory.ParseString(hocon)
        .WithFallback($$"""
            akka.loglevel = INFO
            akka.log-dead-letters = off
            actors.default-pool.workers = {{workers}}
            actors.worker-dispatcher.dedicated-thread-pool.thread-count = {{workers + 2}}
            """);

    private sealed class StrayWatch : ReceiveActor
    {
        public StrayWatch(ConcurrentQueue<string> strays)
        {
            Receive<SuppressedDeadLetter>(_ => { });
            Receive<AllDeadLetters>(letter => Note("dead letter", letter.Message, letter.Recipient));
            Receive<UnhandledMessage>(unhandled => Note("unhandled", unhandled.Message, unhandled.Recipient));
            Receive<AreYouDone>(_ => Sender.Tell(true));

            void Note(string what, object message, IActorRef recipient)
            {
                if (message.GetType().Assembly is var assembly && (assembly == typeof(TaskEngine).Assembly || assembly == typeof(TaskId).Assembly))
                {
                    strays.Enqueue($"{what}: {message.GetType().Name} to {recipient.Path}");
                }
            }
        }

        public sealed class AreYouDone
        {
            public static readonly AreYouDone Instance = new();
        }
    }
}
