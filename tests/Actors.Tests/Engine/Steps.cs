namespace Actors.Tests.Engine;

/// <summary>A task that does what the spec says, so that a scenario stands in one place.</summary>
public sealed record Step(Func<TaskContext, Ending<int>> Body) : ITask<int>
{
    /// <summary>Yields a number and does nothing else.</summary>
    public static Step Yield(int value) => new(_ => value);
}

/// <summary>As <see cref="Step"/>, and awaits.</summary>
public sealed record StepAsync(Func<TaskContext, ValueTask<Ending<int>>> Body) : ITask<int>;

/// <summary>A join that does what the spec says.</summary>
public sealed record Gather(Func<IReadOnlyList<Outcome<int>>, TaskContext, Ending<int>> Body) : IJoin<int, int>
{
    public static Gather Sum { get; } = new((outcomes, _) => outcomes.Sum(outcome => outcome.Value));

    /// <summary>How many children succeeded.</summary>
    public static Gather Count { get; } = new((outcomes, _) => outcomes.Count(outcome => outcome.IsSucceeded));
}

public sealed class StepHandler
    : ITaskHandler<Step, int>, IAsyncTaskHandler<StepAsync, int>, IJoinHandler<Gather, int, int>
{
    public Ending<int> Handle(Step task, TaskContext context) => task.Body(context);

    public ValueTask<Ending<int>> HandleAsync(StepAsync task, TaskContext context) => task.Body(context);

    public Ending<int> Handle(Gather join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => join.Body(outcomes, context);
}

/// <summary>Holds whoever passes until the spec opens it: a handler that blocks on purpose.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Somebody stands before it.</summary>
    public Task Reached => _reached.Task.WaitAsync(EngineSpec.Soon);

    public void Open() => _open.TrySetResult();

    /// <summary>Blocks the thread.</summary>
    public void Pass()
    {
        _reached.TrySetResult();
        if (!_open.Task.Wait(EngineSpec.Soon))
        {
            throw new TimeoutException("Nobody opened the gate.");
        }
    }

    /// <summary>Blocks no thread.</summary>
    public Task PassAsync()
    {
        _reached.TrySetResult();
        return _open.Task.WaitAsync(EngineSpec.Soon);
    }
}

/// <summary>Something that happens, once or often, and that the spec awaits.</summary>
public sealed class Happening
{
    private readonly Lock _lock = new();
    private readonly List<(int Times, TaskCompletionSource Source)> _awaited = [];
    private int _times;

    public int Times
    {
        get
        {
            lock (_lock)
            {
                return _times;
            }
        }
    }

    /// <returns>How often it has happened, this time included.</returns>
    public int Happens()
    {
        lock (_lock)
        {
            _times++;
            foreach (var (times, source) in _awaited)
            {
                if (times <= _times)
                {
                    source.TrySetResult();
                }
            }

            return _times;
        }
    }

    public Task AtLeast(int times)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_times >= times)
            {
                return Task.CompletedTask;
            }

            _awaited.Add((times, source));
        }

        return source.Task.WaitAsync(EngineSpec.Soon);
    }
}
