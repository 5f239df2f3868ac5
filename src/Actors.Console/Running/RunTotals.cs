using System.Globalization;
using Actors.Console.Display;

namespace Actors.Console.Running;

/// <summary>What has come of the lines so far. Safe for concurrent use.</summary>
internal sealed class RunTotals
{
    /// <summary>How many failures, and how many bad lines, are told one by one; all are counted.</summary>
    public const int ToldMax = 100;

    private readonly Lock _lock = new();
    private readonly List<FailedLine> _failures = [];
    private readonly List<BadLine> _bad = [];
    private long _read;
    private long _submitted;
    private long _succeeded;
    private long _failed;
    private long _cancelled;
    private long _skipped;
    private long _badLines;
    private long _tasks;

    /// <summary>Lines that asked for something, bad ones included.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Lines whose tasks the engine has accepted.</summary>
    public long Submitted => Interlocked.Read(ref _submitted);

    /// <summary>Lines whose tree succeeded.</summary>
    public long Succeeded => Interlocked.Read(ref _succeeded);

    /// <summary>Lines whose tree failed.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Lines whose tree was cancelled.</summary>
    public long Cancelled => Interlocked.Read(ref _cancelled);

    /// <summary>Lines that were skipped, as they ask for where another of their unique key is there.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>Lines that ask for nothing that there is.</summary>
    public long BadLines => Interlocked.Read(ref _badLines);

    /// <summary>The tasks of all trees that have ended.</summary>
    public long Tasks => Interlocked.Read(ref _tasks);

    /// <summary>The first failures.</summary>
    public IReadOnlyList<FailedLine> Failures
    {
        get
        {
            lock (_lock)
            {
                return [.. _failures.OrderBy(static failed => failed.Line)];
            }
        }
    }

    /// <summary>The first bad lines.</summary>
    public IReadOnlyList<BadLine> Bad
    {
        get
        {
            lock (_lock)
            {
                return [.. _bad.OrderBy(static bad => bad.Line)];
            }
        }
    }

    /// <summary>A line was read that says something.</summary>
    public void AddRead() => Interlocked.Increment(ref _read);

    /// <summary>Its task was accepted.</summary>
    public void AddSubmitted() => Interlocked.Increment(ref _submitted);

    /// <summary>It is wrong.</summary>
    public void AddBad(string source, BadLine bad)
    {
        if (Interlocked.Increment(ref _badLines) <= ToldMax)
        {
            Tell($"{source}:{bad.Line}: {bad.Message}");
            lock (_lock)
            {
                _bad.Add(bad);
            }
        }
    }

    /// <summary>Its tree has ended.</summary>
    public void AddEnded(string source, long line, string? key, TreeOutcome tree, bool isDuplicate)
    {
        Interlocked.Add(ref _tasks, tree.Tasks);
        switch (tree.State)
        {
            case TaskState.Succeeded:
                Interlocked.Increment(ref _succeeded);
                break;
            case TaskState.Failed:
                if (Interlocked.Increment(ref _failed) <= ToldMax && tree.FirstFailure is { } failure)
                {
                    Tell($"{source}:{line}: {failure.TaskType} failed{(failure.Attempt > 1 ? $" {failure.Attempt} times, at last" : "")}: {failure.Message}");
                    lock (_lock)
                    {
                        _failures.Add(new FailedLine(line, key, tree.RootId, failure));
                    }
                }

                break;
            default:
                Interlocked.Increment(ref isDuplicate ? ref _skipped : ref _cancelled);
                break;
        }
    }

    private static void Tell(string message) => System.Console.Error.WriteLine(Printable.Escape(string.Create(CultureInfo.InvariantCulture, $"actors: {message}")));
}

/// <summary>A line whose tree failed.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Key">The key that stands on it; null where none does.</param>
/// <param name="Id">Its task.</param>
/// <param name="Failure">The first failure.</param>
internal sealed record FailedLine(long Line, string? Key, TaskId Id, Failure Failure);

/// <summary>A line that is wrong.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Message">What is.</param>
internal sealed record BadLine(long Line, string Message);
