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
/// <param name="seed">Of the chance.</param>
/// <param name="length">How many decisions such a schedule has, about: the faults are to fall anywhere in it.</param>
internal sealed class RandomSchedule(int seed, int length) : Schedule
{
    private readonly double _faultRate = Math.Min(0.15, 3.0 / length);
    private readonly Random _random = new(seed);

    protected override int Next(int position, int options, int natural) =>
        options > natural && _random.NextDouble() < _faultRate ? _random.Next(natural, options) : _random.Next(natural);
}
