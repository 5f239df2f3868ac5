namespace Actors.Console.Trees;

/// <summary>Adds up the numbers of the leaves below: a task per node, a join per inner node.</summary>
/// <param name="Number">The node's number on its level, from 0 on.</param>
/// <param name="FanOut">How many tasks it spawns.</param>
/// <param name="Depth">How many levels are below; at 0 it is a leaf.</param>
internal sealed record AddLeaves(long Number, int FanOut, int Depth) : ITask<long>;

/// <summary>Adds up what the children yield.</summary>
internal sealed record Sum : IJoin<long, long>
{
    /// <summary>The only one: it carries nothing.</summary>
    public static Sum Instance { get; } = new();
}

/// <summary>A leaf yields its number; any other node ends with the join of its children.</summary>
internal sealed class AddLeavesHandler : ITaskHandler<AddLeaves, long>, IJoinHandler<Sum, long, long>
{
    public Ending<long> Handle(AddLeaves task, TaskContext context)
    {
        if (task.Depth == 0)
        {
            return task.Number;
        }

        var children = new AddLeaves[task.FanOut];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = new AddLeaves((task.Number * task.FanOut) + i, task.FanOut, task.Depth - 1);
        }

        return context.Join(children, Sum.Instance);
    }

    public Ending<long> Handle(Sum join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context)
    {
        long sum = 0;
        for (var i = 0; i < outcomes.Count; i++)
        {
            sum += outcomes[i].Value;
        }

        return sum;
    }
}
