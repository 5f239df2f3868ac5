namespace Actors.Console.Trees;

/// <summary>A tree in which every task but the leaves spawns the same number of tasks. Immutable.</summary>
internal sealed record TreeShape
{
    /// <summary>The largest tree that is run.</summary>
    public const long TasksMax = 2_000_000_000;

    /// <summary>How many tasks each task spawns.</summary>
    public required int FanOut { get; init; }

    /// <summary>How many levels there are below the root.</summary>
    public required int Depth { get; init; }

    /// <summary>How many tasks there are on the lowest level.</summary>
    public required long Leaves { get; init; }

    /// <summary>How many tasks there are on all levels, joins not counted.</summary>
    public required long Tasks { get; init; }

    /// <summary>The sum of the numbers from 0 to <see cref="Leaves"/> - 1.</summary>
    public long ExpectedSum => Leaves % 2 == 0 ? Leaves / 2 * (Leaves - 1) : (Leaves - 1) / 2 * Leaves;

    /// <summary>The shape; null where it has more than <see cref="TasksMax"/> tasks.</summary>
    public static TreeShape? Of(int fanOut, int depth)
    {
        long leaves = 1;
        long tasks = 1;
        for (var level = 1; level <= depth; level++)
        {
            leaves *= fanOut;
            tasks += leaves;
            if (tasks > TasksMax)
            {
                return null;
            }
        }

        return new TreeShape { FanOut = fanOut, Depth = depth, Leaves = leaves, Tasks = tasks };
    }
}
