using Actors.Console.Trees;

namespace Actors.Console.Lines;

/// <summary>A tree of <c>actors tree</c>, from a line: a load without programs.</summary>
[TaskName("tree")]
internal sealed record TreeLine(int FanOut, int Depth) : ITask<JsonText>;

/// <summary>Its sum as JSON.</summary>
[TaskName("tree-sum")]
internal sealed record TreeLineSum : IJoin<long, JsonText>
{
    /// <summary>The only one: it carries nothing.</summary>
    public static TreeLineSum Instance { get; } = new();
}

/// <summary>Starts the tree, and tells its sum.</summary>
internal sealed class TreeLineHandler : ITaskHandler<TreeLine, JsonText>, IJoinHandler<TreeLineSum, long, JsonText>
{
    public Ending<JsonText> Handle(TreeLine task, TaskContext context) => context.Join([new AddLeaves(0, task.FanOut, task.Depth)], TreeLineSum.Instance);

    public Ending<JsonText> Handle(TreeLineSum join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("sum", outcomes[0].Value);
        json.WriteEndObject();
    });
}
