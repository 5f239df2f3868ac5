using Actors.Coordination;
using Akka.Actor;
using Akka.Dispatch;

namespace Actors.Tests.Workers;

/// <summary>The thread that has told the coordinator something runs the coordinator; whatever it does not come to is run by the coordinator's own.</summary>
public sealed class HandOverSpec : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("hand-over", EngineSettings.Reference);
    private readonly List<(int Number, int Thread)> _ran = [];
    private readonly MessageDispatcher _dispatcher;

    public HandOverSpec() => _dispatcher = _system.Dispatchers.Lookup("actors.coordinator-dispatcher");

    public void Dispose() => _system.Dispose();

    [Fact]
    public void What_is_kept_runs_here_in_order_and_what_follows_from_it_too()
    {
        HandOver.Open();
        Schedule(1, then: () => Schedule(3));
        Schedule(2);
        HandOver.Close();
        Assert.Empty(_ran);

        HandOver.Drain();

        Assert.Equal([(1, Here), (2, Here), (3, Here)], _ran);
    }

    [Fact]
    public async Task Of_many_the_others_run_on_its_own_thread()
    {
        var last = new TaskCompletionSource();
        HandOver.Open();
        for (var number = 1; number < 40; number++)
        {
            Schedule(number);
        }

        Schedule(40, then: last.SetResult);
        HandOver.Close();
        var here = Here;
        HandOver.Drain();
        await last.Task.WaitAsync(TimeSpan.FromSeconds(30));

        lock (_ran)
        {
            Assert.Equal(Enumerable.Range(1, 40), _ran.Select(static run => run.Number));
            Assert.Equal(16, _ran.Count(run => run.Thread == here));
        }
    }

    [Fact]
    public async Task What_is_told_without_that_runs_on_its_own_thread()
    {
        var done = new TaskCompletionSource();
        Schedule(1, then: done.SetResult);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));

        lock (_ran)
        {
            Assert.NotEqual(Here, Assert.Single(_ran).Thread);
        }
    }

    private static int Here => Environment.CurrentManagedThreadId;

    private void Schedule(int number, Action? then = null) => _dispatcher.Schedule(() =>
    {
        lock (_ran)
        {
            _ran.Add((number, Here));
        }

        then?.Invoke();
    });
}
