using Akka.Actor;
using Akka.TestKit;

namespace Actors.Examples;

/// <summary>A clock that the example moves, in place of the system's.</summary>
public sealed class VirtualTime(ActorSystem system)
{
    public const string Hocon = """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """;

    private readonly TestScheduler _scheduler = (TestScheduler)system.Scheduler;
    private readonly DateTimeOffset _start = system.Scheduler.Now;

    public TimeSpan Elapsed => _scheduler.Now - _start;

    public DateTimeOffset Now => _scheduler.Now;

    /// <summary>Lets the engine do what it can, then moves the clock by a second, and so on.</summary>
    public async Task RunAsync(TaskClient client, Task until)
    {
        while (!until.IsCompleted)
        {
            var progress = await client.ProgressAsync();
            if (progress.Count(TaskState.Ready) + progress.Count(TaskState.Running) > 0)
            {
                await Task.Yield(); // somebody is at work: the clock stands still
                continue;
            }

            _scheduler.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Moves the clock, second by second, whoever is at work.</summary>
    public async Task PassAsync(TaskClient client, TimeSpan time)
    {
        for (var end = Elapsed + time; Elapsed < end; _scheduler.Advance(TimeSpan.FromSeconds(1)))
        {
            await client.ProgressAsync(); // by now the engine has heard of the last second
        }
    }

    /// <summary>Moves the clock, half a minute at a time, and lets the engine do what it can meanwhile.</summary>
    public async Task RunForAsync(TaskClient client, TimeSpan time)
    {
        for (var end = Elapsed + time; Elapsed < end;)
        {
            await client.ProgressAsync();
            _scheduler.Advance(TimeSpan.FromSeconds(30));
            while (await client.ProgressAsync() is var progress && progress.Count(TaskState.Ready) + progress.Count(TaskState.Running) > 0)
            {
                await Task.Yield();
            }
        }
    }
}
