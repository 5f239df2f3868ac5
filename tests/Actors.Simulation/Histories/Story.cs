using System.Globalization;

namespace Actors.Simulation.Histories;

/// <summary>A history in words, step by step.</summary>
internal sealed class Story
{
    private readonly List<string> _lines = [];

    public int Steps => _lines.Count;

    public void Add(DateTimeOffset now, string what) =>
        _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{_lines.Count + 1,4}. {now:HH:mm:ss.fff}  {what}"));

    public void Follows(IReadOnlyList<Signal> signals)
    {
        if (signals.Count > 0)
        {
            _lines[^1] += $"{Environment.NewLine}                       -> {string.Join("; ", signals)}";
        }
    }

    public override string ToString() => string.Join(Environment.NewLine, _lines);
}
