namespace Actors;

/// <summary>
/// How urgent a task is: a number from 0 to 9, the higher the earlier, as in JMS and AMQP. What is said for one task goes before what is said for its type,
/// and that before what its parent has.
/// </summary>
/// <remarks>
/// Of what is ready in a pool the highest priority goes first; trees of one priority take turns. So that nothing starves, a priority that has something ready and
/// has been passed over 32 turns in a row has the next turn: none waits for more than 41 turns. A turn is what one tree gets of one chunk: up to
/// <c>actors.chunk.tasks-max</c> short tasks, or one that is longer. What runs is never interrupted for something more urgent. What stands in line for a limit, a rate or
/// an order is served as it came, whatever its priority.
/// </remarks>
public static class TaskPriority
{
    /// <summary>The least urgent: 0.</summary>
    public const int Lowest = 0;

    /// <summary>Where nobody says anything: 5.</summary>
    public const int Default = 5;

    /// <summary>The most urgent: 9.</summary>
    public const int Highest = 9;

    internal const int Count = Highest + 1;

    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    internal static int? Checked(int? priority, string name)
    {
        if (priority is { } value)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, Lowest, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Highest, name);
        }

        return priority;
    }
}
