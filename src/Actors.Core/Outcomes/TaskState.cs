namespace Actors;

/// <summary>Where a task stands. The last three are terminal: a task reaches exactly one of them, once.</summary>
/// <remarks>
/// <code>
/// Scheduled --due--> Ready --dispatched--> Running --its end--> Succeeded | Failed | Cancelled
///     ^                ^                      |  ends with a join
///     +- retry, put off, worker lost ---------+----------------> Joining --its join ends--> the same outcome
/// Waiting (a join, until its children are terminal) --fires--> Ready
/// </code>
/// Whatever is not terminal can be cancelled.
/// </remarks>
public enum TaskState : byte
{
    /// <summary>Not due yet: delayed, waiting for its retry, or put off.</summary>
    Scheduled,

    /// <summary>A join whose children are not all terminal.</summary>
    Waiting,

    /// <summary>Ready to run, as soon as a worker of its pool is free.</summary>
    Ready,

    /// <summary>Assigned to a worker.</summary>
    Running,

    /// <summary>Its handler has ended with a join that has not.</summary>
    Joining,

    /// <summary>Terminal: it has a result.</summary>
    Succeeded,

    /// <summary>Terminal: it has a failure.</summary>
    Failed,

    /// <summary>Terminal: somebody cancelled it before it ended.</summary>
    Cancelled,
}

/// <summary>Questions about a state.</summary>
public static class TaskStates
{
    internal const int Count = (int)TaskState.Cancelled + 1;

    /// <summary>Whether a task in this state has its outcome.</summary>
    public static bool IsTerminal(this TaskState state) => state >= TaskState.Succeeded;
}
