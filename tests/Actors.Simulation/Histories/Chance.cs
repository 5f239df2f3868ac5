namespace Actors.Simulation.Histories;

/// <summary>Draws what a random program is made of. The same seed draws the same.</summary>
internal sealed class Chance(int seed)
{
    private readonly Random _random = new(seed);

    public int Next(int max) => _random.Next(max);

    public bool OneIn(int count) => _random.Next(count) == 0;

    public double Fraction() => _random.NextDouble();

    public T Of<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    public Terms NewTerms() => new()
    {
        ChunkTasksMax = 1 + _random.Next(8),
        FoldStepMax = 1 + _random.Next(3),
        WorkerLossesMax = 1 + _random.Next(3),
    };

    public TypeTerms NewType() => Of(Terms.Types);

    public TimeSpan NewDelay() => _random.Next(4) switch
    {
        0 => TimeSpan.FromMilliseconds(1 + _random.Next(50)),
        1 => TimeSpan.FromHours(1),
        _ => TimeSpan.FromSeconds(1 + _random.Next(5)),
    };

    public RetryTerms NewRetry() => new(1 + _random.Next(4), TimeSpan.FromSeconds(_random.Next(3)), 1 + _random.Next(2), TimeSpan.FromSeconds(3), _random.Next(2) * 0.5);

    public Policy NewPolicy() => (Policy)_random.Next(3);

    /// <param name="task">What runs.</param>
    /// <param name="isStep">Whether it is a step of a fold that is not the last.</param>
    /// <param name="isCalm">Whether it must come to an end.</param>
    /// <param name="tasksLeft">How many tasks may still be made.</param>
    public Turn NewTurn(Errand task, bool isStep, bool isCalm, int tasksLeft)
    {
        var word = _random.Next(20) switch
        {
            < 7 => EndWord.Succeeded,
            < 14 => tasksLeft > 0 ? EndWord.Joined : EndWord.Succeeded,
            < 17 => EndWord.Failed,
            < 18 => EndWord.FailedForGood,
            _ => isCalm ? EndWord.Succeeded : EndWord.PutOff,
        };
        if (isStep)
        {
            return new Turn(word is EndWord.Failed or EndWord.FailedForGood ? word : EndWord.Folded) { Hangs = OneIn(10) };
        }

        var makesJoin = word == EndWord.Joined || (tasksLeft > 0 && OneIn(10));
        return new Turn(word)
        {
            Hangs = OneIn(task.Timeout is null ? 20 : 4),
            MakesJoin = makesJoin,
            Spawns = Math.Min(tasksLeft, makesJoin || OneIn(3) ? _random.Next(task.Spawner is null ? 7 : 5) : 0),
            Early = tasksLeft > 0 && OneIn(4) ? _random.Next(3) : 0,
            Told = tasksLeft > 0 && OneIn(8) ? _random.Next(3) : 0,
        };
    }
}
