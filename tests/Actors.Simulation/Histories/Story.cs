using System.Globalization;

namespace Actors.Simulation.Histories;

/// <summary>A history in words, step by step.</summary>
/// <param name="isCountOnly">Whether only its length is asked for.</param>
internal sealed class Story(bool isCountOnly = false)
{
    private readonly List<string> _lines = [];

    public int Steps { get; private set; }

    public void Add(DateTimeOffset now, string what)
    {
        Steps++;
        if (!isCountOnly)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{Steps,4}. {now:HH:mm:ss.fff}  {what}"));
        }
    }

    /// <summary>What the last step was, now that it is known.</summary>
    public void Amend(string what)
    {
        if (!isCountOnly)
        {
            _lines[^1] = _lines[^1].Replace("...", what, StringComparison.Ordinal);
        }
    }

    /// <summary>What left for the world, where that is not the same step.</summary>
    public void Leaves(IReadOnlyList<Signal> left)
    {
        if (left.Count > 0 && !isCountOnly)
        {
            _lines[^1] += $"{Environment.NewLine}                       => {string.Join("; ", left)}";
        }
    }

    public void Follows(IReadOnlyList<Signal> signals)
    {
        if (signals.Count > 0 && !isCountOnly)
        {
            _lines[^1] += $"{Environment.NewLine}                       -> {string.Join("; ", signals)}";
        }
    }

    public override string ToString() => string.Join(Environment.NewLine, _lines);
}
