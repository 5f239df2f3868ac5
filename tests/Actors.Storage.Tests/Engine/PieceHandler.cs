namespace Actors.Storage.Tests.Engine;

/// <summary>Makes pieces, of which some are broken.</summary>
public sealed class PieceHandler(Doors doors) : ITaskHandler<Piece, string>, IJoinHandler<Assemble, string, string>, IFoldHandler<AssembleSlowly, string, string, string>
{
    /// <inheritdoc/>
    public Ending<string> Handle(Piece task, TaskContext context)
    {
        doors.Ran.Enqueue(task.Name);
        var parts = task.Parts ?? [];
        if (task.Way == "early")
        {
            foreach (var part in parts)
            {
                context.SpawnNow(part, new SpawnOptions { Key = part.Name });
            }
        }

        if (doors.Broken.ContainsKey(task.Name))
        {
            return context.Fail($"{task.Name} is broken");
        }

        switch (task.Way)
        {
            case "follow":
                context.SpawnMany(parts);
                return task.Name;
            case "early":
                return task.Name;
            case "early join":
                return context.Join(parts.Select(part => context.SpawnNow(part)).ToList(), new Assemble(task.Name));
            case "thrice": // its join
                return context.Join(parts, new Assemble(task.Name), options: new JoinOptions { Retry = new RetryPolicy { MaxAttempts = 3, Delay = TimeSpan.FromHours(1), Factor = 1, Jitter = 0 } });
            case "fold":
                return parts.Count == 0 ? task.Name : context.Fold(parts, new AssembleSlowly(task.Name));
            default:
                return parts.Count == 0 ? task.Name : context.Join(parts, new Assemble(task.Name), task.Way == "collect" ? JoinPolicy.Collect : JoinPolicy.All);
        }
    }

    /// <inheritdoc/>
    public Ending<string> Handle(Assemble join, IReadOnlyList<Outcome<string>> outcomes, TaskContext context)
    {
        doors.Ran.Enqueue("+" + join.Name);
        return doors.Broken.TryGetValue("+" + join.Name, out var isForGood)
            ? isForGood ? context.Fail($"+{join.Name} is broken") : context.Retry($"+{join.Name} is broken")
            : $"{join.Name}({string.Join(",", outcomes.Select(static outcome => outcome.IsSucceeded ? outcome.Value : "!"))})";
    }

    /// <inheritdoc/>
    public string Start(AssembleSlowly fold) => fold.Name;

    /// <inheritdoc/>
    public string Add(AssembleSlowly fold, string state, Outcome<string> child) => $"{state}/{child.Value}";

    /// <inheritdoc/>
    public Ending<string> End(AssembleSlowly fold, string state, TaskContext context)
    {
        doors.Ran.Enqueue("+" + fold.Name);
        return doors.Broken.ContainsKey("+" + fold.Name) ? context.Fail($"+{fold.Name} is broken") : string.Join('/', state.Split('/').Order(StringComparer.Ordinal));
    }
}
