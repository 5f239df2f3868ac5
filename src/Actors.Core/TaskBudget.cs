namespace Actors;

/// <summary>
/// How much a tree may use up. The task that would exceed it fails for good with <see cref="FailureKind.Budget"/>, and nothing else does: its failure goes to
/// its join, or to its parent's tree, as any does. Immutable.
/// </summary>
/// <remarks>
/// Kept exactly: a tree never has more tasks or more depth, and never starts more attempts than it may. What an attempt spawns counts when the attempt succeeds,
/// all of it at once: if that were too much the attempt has failed, and has spawned nothing. The completion task is counted among the tasks from the start; its own
/// attempts and their time are free, so that it can always tell how the tree ended.
/// </remarks>
public sealed record TaskBudget
{
    /// <summary>How many tasks the tree may ever have: its root, follow-ups, joins and its completion task.</summary>
    /// <value>Default null: any number. At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public long? Tasks
    {
        get;
        init => field = AtLeast(1, value, nameof(value));
    }

    /// <summary>How far below the root a task may be, as <c>TaskContext.Depth</c> counts: the root has 0, what it spawns and its join have 1.</summary>
    /// <value>Default null: any depth. At least 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public int? Depth
    {
        get;
        init => field = (int?)AtLeast(0, value, nameof(value));
    }

    /// <summary>How many attempts may be started in the tree, each step of a fold among them. What costs a task no attempt costs none here: a put-off, or a run that was given back.</summary>
    /// <value>Default null: any number. At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public long? Attempts
    {
        get;
        init => field = AtLeast(1, value, nameof(value));
    }

    /// <summary>
    /// How long attempts of the tree may run, added up, those that run at the same time each for itself. When it is used up what runs is told to end and has failed.
    /// The time of a run that dies with its process is not counted.
    /// </summary>
    /// <value>Default null: for ever. More than zero.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan? RunningTime
    {
        get;
        init
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }

    private static long? AtLeast(long least, long? value, string name)
    {
        if (value is { } number)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, least, name);
        }

        return value;
    }
}
