namespace Actors.TestKit;

/// <summary>What became of one task. Grows while the engine runs; safe to read from any thread.</summary>
public sealed class TaskView
{
    private readonly Lock _lock;
    private readonly List<TaskView> _children = [];
    private readonly List<RunView> _runs = [];
    private Outcome? _outcome;

    internal TaskView(Lock sync, TaskId id, ITaskMessage message, string type, TaskView? parent, bool isJoin, TimeSpan spawnedAt)
    {
        _lock = sync;
        (Id, Message, Type, Parent, IsJoin, SpawnedAt) = (id, message, type, parent, isJoin, spawnedAt);
        parent?._children.Add(this);
    }

    /// <summary>Its id.</summary>
    public TaskId Id { get; }

    /// <summary>The task, join or fold itself.</summary>
    public ITaskMessage Message { get; }

    /// <summary>The name of its type.</summary>
    public string Type { get; }

    /// <summary>The task that spawned it, or ended with it; null for a root, and for the completion task of a tree.</summary>
    public TaskView? Parent { get; }

    /// <summary>Whether it is a join or a fold.</summary>
    public bool IsJoin { get; }

    /// <summary>When it became real, since the start.</summary>
    public TimeSpan SpawnedAt { get; }

    /// <summary>What it spawned and ended with, in the order of their becoming real.</summary>
    public IReadOnlyList<TaskView> Children
    {
        get
        {
            lock (_lock)
            {
                return [.. _children];
            }
        }
    }

    /// <summary>How often it was given to a worker, and what came of it.</summary>
    public IReadOnlyList<RunView> Runs
    {
        get
        {
            lock (_lock)
            {
                return [.. _runs];
            }
        }
    }

    /// <summary>How it ended; null while it is live.</summary>
    public Outcome? Outcome
    {
        get
        {
            lock (_lock)
            {
                return _outcome;
            }
        }
    }

    internal void Started(int attempt, TimeSpan at) => _runs.Add(new RunView(attempt, at, null, null));

    internal void Failed(int attempt, string failure, TimeSpan? retryIn)
    {
        var index = _runs.FindLastIndex(run => run.Attempt == attempt);
        if (index >= 0)
        {
            _runs[index] = _runs[index] with { Failure = failure, RetryIn = retryIn };
        }
    }

    internal void Ended(Outcome outcome) => _outcome = outcome;
}

/// <summary>One run of a task. A run that was put off or given back has used up no attempt, so the next has the same number.</summary>
/// <param name="Attempt">Which attempt; 1-based.</param>
/// <param name="StartedAt">When it was given to a worker, since the start.</param>
/// <param name="Failure">What it failed with; null where it did not, or not yet.</param>
/// <param name="RetryIn">How long after that the next attempt was due; null where there is none.</param>
public sealed record RunView(int Attempt, TimeSpan StartedAt, string? Failure, TimeSpan? RetryIn);
