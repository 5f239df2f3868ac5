using System.Collections.Concurrent;

namespace Actors.Examples;

/// <summary>A thread pool of one thread, as the platform's own are made of many.</summary>
public sealed class OneThread : IDisposable
{
    private readonly BlockingCollection<Action> _queue = [];
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    public OneThread()
    {
        _thread = new Thread(() =>
        {
            foreach (var run in _queue.GetConsumingEnumerable())
            {
                run();
            }
        });
        _thread.Start();
    }

    /// <summary>Comes when the thread itself has submitted something: from then on that stands behind it.</summary>
    public Task Waits => _waits.Task;

    public Task Submit(Action run)
    {
        var task = new Task(run);
        _queue.Add(() => task.RunSynchronously());
        if (Thread.CurrentThread == _thread)
        {
            _waits.TrySetResult();
        }

        return task;
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }
}
