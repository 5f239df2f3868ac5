namespace Actors.Simulation.Histories;

/// <summary>What a tree is submitted with.</summary>
internal sealed record TreeRules(TimeSpan? Deadline, long? TasksMax, int? DepthMax, long? AttemptsMax)
{
    public override string ToString() => $"deadline {Deadline}, tasks {TasksMax}, depth {DepthMax}, attempts {AttemptsMax}";
}

/// <summary>What somebody pauses: a pool, a type, or a tree.</summary>
internal sealed record Hold(int? Pool, TypeTerms? Type, TaskId? Tree)
{
    public bool Has(Entry entry) => entry.Task.Type.Pool == Pool || entry.Task.Type == Type || entry.Root.Task.Id == Tree;

    public override string ToString() => Pool is not null ? $"pool {Pool}" : Type is not null ? $"type {Type.Name}" : "a tree";
}
