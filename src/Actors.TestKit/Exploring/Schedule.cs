namespace Actors.TestKit;

/// <summary>Decides what happens next. Zero is what happens where nothing goes wrong.</summary>
internal abstract class Schedule
{
    private readonly List<int> _taken = [];

    /// <summary>What was decided so far, without the zeros at its end.</summary>
    public int[] Taken => [.. _taken[..(_taken.FindLastIndex(static choice => choice != 0) + 1)]];

    public int Choose(int options, int natural)
    {
        var choice = Math.Min(Next(_taken.Count, options, natural), options - 1);
        _taken.Add(choice);
        return choice;
    }

    /// <param name="position">How many decisions came before.</param>
    /// <param name="options">How many there are to choose from.</param>
    /// <param name="natural">How many of them, the first ones, are no fault.</param>
    protected abstract int Next(int position, int options, int natural);
}

/// <summary>Given decisions, then what is natural.</summary>
internal sealed class GivenSchedule(params int[] choices) : Schedule
{
    protected override int Next(int position, int options, int natural) => position < choices.Length ? choices[position] : 0;
}

/// <summary>Decisions by chance: mostly some natural order, now and then a fault.</summary>
internal sealed class RandomSchedule(int seed) : Schedule
{
    private const double FaultRate = 0.15;
    private readonly Random _random = new(seed);

    protected override int Next(int position, int options, int natural) =>
        options > natural && _random.NextDouble() < FaultRate ? _random.Next(natural, options) : _random.Next(natural);
}
