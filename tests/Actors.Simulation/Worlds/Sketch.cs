using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>What one task of a small world does when nothing goes wrong.</summary>
/// <param name="IsNow">Whether its parent spawns it while it runs, and not with its success.</param>
/// <param name="Children">What it spawns: first what it spawns now, then its follow-ups.</param>
/// <param name="Join">What it ends with; null where it ends with a result.</param>
internal sealed record Sketch(bool IsNow, IReadOnlyList<Sketch> Children, JoinSketch? Join)
{
    public int Size => 1 + Children.Sum(static child => child.Size) + (Join?.Task.Size ?? 0);

    public override string ToString() =>
        $"{(IsNow ? "!" : "")}t{(Children.Count == 0 ? "" : $"({string.Join(" ", Children)})")}{(Join is null ? "" : $" {Join}")}";
}

/// <param name="Policy">When it fires.</param>
/// <param name="Needed">How many successes a quorum takes.</param>
/// <param name="IsFold">Whether it takes the outcomes in as they come.</param>
/// <param name="Members">A bit for each child that it joins.</param>
/// <param name="Task">What it does once it fires.</param>
internal sealed record JoinSketch(Policy Policy, int Needed, bool IsFold, int Members, Sketch Task)
{
    public bool Joins(int child) => (Members >> child & 1) != 0;

    public override string ToString() =>
        $"then {(IsFold ? "fold" : "join")} {(Policy == Policy.Quorum ? $"quorum {Needed}" : Policy)} {{{string.Join(",", Enumerable.Range(0, 30).Where(Joins))}}} {Task}";
}

/// <summary>A tree, where it runs, and how much may go wrong.</summary>
internal sealed record Plan(Sketch Root, bool HasCompletion, int Workers, int FaultsMax)
{
    public override string ToString() => $"{Root}{(HasCompletion ? " with a completion task" : "")}, {Workers} worker(s), {FaultsMax} fault(s)";
}
