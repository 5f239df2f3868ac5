namespace Actors.Simulation.Histories;

/// <summary>
/// Decides what a random program is made of and what happens to it, by a seed or by decisions that were taken down before and perhaps altered. Every
/// decision is a number, and zero is the one by which least happens: so is each for which nothing was taken down.
/// </summary>
internal sealed class Chance
{
    private readonly Random? _random;
    private readonly IReadOnlyList<int> _given;

    /// <summary>The same seed decides the same.</summary>
    public Chance(int seed) => (_random, _given) = (new Random(seed), []);

    public Chance(IReadOnlyList<int> given) => _given = given;

    /// <summary>What was decided, in order.</summary>
    public List<int> Taken { get; } = [];

    /// <summary>Where in <see cref="Taken"/> something begins that happens a number of times.</summary>
    public List<int> Starts { get; } = [];

    /// <summary>A number from zero to below a maximum.</summary>
    public int Next(int max) => Take(_random?.Next(max), max);

    /// <summary>The same, where it is another number by which least happens.</summary>
    public int Next(int max, int least) => (Take(_random is null ? null : (_random.Next(max) - least + max) % max, max) + least) % max;

    /// <summary>What the seed itself says.</summary>
    public int Say(int number) => Take(_random is null ? null : number, int.MaxValue);

    public bool OneIn(int count) => Take(_random is null ? null : _random.Next(count) == 0 ? 1 : 0, 2) == 1;

    public double Fraction() => Take(_random?.Next(), int.MaxValue) * (1.0 / int.MaxValue);

    public T Of<T>(IReadOnlyList<T> list) => list[Next(list.Count)];

    /// <summary>Something that happens so often. Each time is a decision of its own: what was taken down can be shortened by it and all that it decided.</summary>
    public IEnumerable<int> Times(int min, int max)
    {
        var count = min + (_random?.Next(max) ?? 0);
        for (var number = 0; GoesOn(number < count); number++)
        {
            yield return number;
        }
    }

    /// <summary>Whether something happens once more.</summary>
    /// <param name="isLess">Whether it has happened less often than was drawn.</param>
    public bool GoesOn(bool isLess)
    {
        Starts.Add(Taken.Count);
        return Take(_random is null ? null : isLess ? 1 : 0, 2) == 1;
    }

    public Terms NewTerms() => new()
    {
        ChunkTasksMax = 1 + Next(8),
        FoldStepMax = 1 + Next(3),
        WorkerLossesMax = 1 + Next(3),
    };

    public TypeTerms NewType() => Of(Terms.Types);

    public TimeSpan NewDelay() => Next(4) switch
    {
        0 => TimeSpan.FromMilliseconds(1 + Next(50)),
        1 => TimeSpan.FromHours(1),
        _ => TimeSpan.FromSeconds(1 + Next(5)),
    };

    public RetryTerms NewRetry() => new(1 + Next(4), TimeSpan.FromSeconds(Next(3)), 1 + Next(2), TimeSpan.FromSeconds(3), Next(2) * 0.5);

    public UniqueWish NewUnique(UniqueTerms terms) => new(Next(terms.Keys), (Clash)Next(3));

    /// <summary>Room for a completion task there always is.</summary>
    public TreeRules NewRules() => new(
        OneIn(2) ? TimeSpan.FromSeconds(1 + Next(40)) : null,
        OneIn(3) ? 2 + Next(12) : null,
        OneIn(4) ? Next(5) : null,
        OneIn(3) ? 1 + Next(15) : null);

    public Policy NewPolicy() => (Policy)Next(3);

    /// <param name="task">What runs.</param>
    /// <param name="isStep">Whether it is a step of a fold that is not the last.</param>
    /// <param name="isCalm">Whether it must come to an end.</param>
    /// <param name="tasksLeft">How many tasks may still be made.</param>
    public Turn NewTurn(Errand task, bool isStep, bool isCalm, int tasksLeft)
    {
        var word = Next(20) switch
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
            Spawns = Math.Min(tasksLeft, makesJoin || OneIn(3) ? Next(task.Spawner is null ? 7 : 5) : 0),
            Early = tasksLeft > 0 && OneIn(4) ? Next(3) : 0,
            Told = tasksLeft > 0 && OneIn(8) ? Next(3) : 0,
        };
    }

    private int Take(int? drawn, int max)
    {
        var decision = drawn ?? (Taken.Count < _given.Count ? Math.Clamp(_given[Taken.Count], 0, Math.Max(0, max - 1)) : 0);
        Taken.Add(decision);
        return decision;
    }
}
