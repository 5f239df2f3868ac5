namespace Actors;

/// <summary>How much is still done when the engine stops. In each mode nothing new is taken from outside, and follow-ups are kept.</summary>
public enum DrainMode
{
    /// <summary>Every tree that is live runs to its end.</summary>
    FinishTrees,

    /// <summary>What runs may end; nothing is started any more.</summary>
    FinishRunning,

    /// <summary>What runs is told to end by its token, and is left behind after the grace time. A task that is interrupted so has used up no attempt.</summary>
    Now,
}

/// <summary>What a drain left undone.</summary>
/// <param name="Left">The first of the tasks that are not terminal, at most <see cref="LeftMax"/>, in no order.</param>
/// <param name="LeftCount">How many there are in all.</param>
public sealed record DrainReport(IReadOnlyList<LeftTask> Left, long LeftCount)
{
    /// <summary>How many tasks a report lists.</summary>
    public const int LeftMax = 10_000;

    /// <summary>Whether nothing was left.</summary>
    public bool IsComplete => LeftCount == 0;
}

/// <summary>A task that a drain left undone.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RootId">Its tree's.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempt">Its last attempt; 0 where it has not run.</param>
public sealed record LeftTask(TaskId Id, TaskId RootId, string Type, TaskState State, int Attempt);
