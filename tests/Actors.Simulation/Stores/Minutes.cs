using Actors.Simulation.Histories;

namespace Actors.Simulation.Stores;

/// <summary>What a checker was told, step by step, so that another can be told the same up to a point: what a store that stopped there must know.</summary>
internal sealed class Minutes
{
    private readonly List<Line> _lines = [];

    public int Count => _lines.Count;

    public void Add(DateTimeOffset now, bool isTick, Action<Checker> tell, IReadOnlyList<Signal> left, List<Signal> signals) =>
        _lines.Add(new Line(now, isTick, tell, left, signals));

    /// <summary>Tells a new checker the first so many steps, and forgets the rest.</summary>
    public void Rewind(int steps, Checker checker)
    {
        _lines.RemoveRange(steps, _lines.Count - steps);
        foreach (var line in _lines)
        {
            checker.Begin(line.Now, line.IsTick);
            line.Tell(checker);
            checker.Leave(line.Left);
            checker.End(line.Signals, isNew: false);
        }
    }

    private readonly record struct Line(DateTimeOffset Now, bool IsTick, Action<Checker> Tell, IReadOnlyList<Signal> Left, List<Signal> Signals);
}
