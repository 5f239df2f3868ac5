namespace Actors.Simulation.Histories;

/// <summary>What a history that breaks a rule was reduced to.</summary>
/// <param name="Broken">The rule, the same as before.</param>
/// <param name="Decisions">What <see cref="Chance"/> is to be given to play it.</param>
/// <param name="StepsBefore">How many steps the history of the seed takes until it breaks the rule.</param>
/// <param name="Steps">How many steps it takes now.</param>
/// <param name="Story">What happens.</param>
internal sealed record Shrunk(BrokenRuleException Broken, IReadOnlyList<int> Decisions, int StepsBefore, int Steps, string Story);

/// <summary>
/// Reduces a history that breaks a rule: leaves decisions out and makes others smaller, as long as the same rule is broken and no step is added. A decision is what
/// an event was, how many children a task has, how its run ends, and so on, and a smaller one means less: so tasks, faults and steps go.
/// </summary>
internal sealed class Shrinking
{
    /// <summary>Some seconds.</summary>
    private const long StepsMax = 2_000_000;
    private static readonly int[] Sizes = [32, 16, 8, 4, 2, 1];

    private readonly Staging? _staging;
    private readonly string _rule;
    private int[] _decisions;
    private int[] _starts;
    private int _steps;
    private long _stepsTried;

    private Shrinking(Chance chance, int steps, string rule, Staging? staging) =>
        (_decisions, _starts, _steps, _rule, _staging) = ([.. chance.Taken], [.. chance.Starts], steps, rule, staging);

    /// <returns>Null where the history of that seed breaks no rule.</returns>
    public static Shrunk? Shrink(int seed, Staging? staging)
    {
        var (chance, before) = (new Chance(seed), new Story(isCountOnly: true));
        if (Search.Play(chance, seed, staging, before) is not { } broken)
        {
            return null;
        }

        var shrinking = new Shrinking(chance, before.Steps, broken.Rule, staging);
        shrinking.Run();
        var story = new Story();
        broken = Search.Play(new Chance(shrinking._decisions), 0, staging, story) ?? broken;
        return new Shrunk(broken, shrinking._decisions, before.Steps, story.Steps, $"{story}");
    }

    private void Run()
    {
        for (var isBetter = true; isBetter && _stepsTried < StepsMax;)
        {
            isBetter = LeaveOutTimes();
            isBetter |= Pass(static (decisions, at, size) => [.. decisions[..at], .. decisions[(at + size)..]]);
            isBetter |= Pass(static (decisions, at, size) =>
                decisions.AsSpan(at, size).ContainsAnyExcept(0) ? [.. decisions[..at], .. new int[size], .. decisions[(at + size)..]] : null);
            isBetter |= Lower();
        }
    }

    /// <summary>Leaves out what happened, many things at once and then fewer.</summary>
    private bool LeaveOutTimes()
    {
        var isBetter = false;
        for (var size = _starts.Length; size > 0; size /= 2)
        {
            for (var index = _starts.Length - 1 - size; index >= 0; index = Math.Min(index, _starts.Length - size) - 1)
            {
                isBetter |= Try([.. _decisions[.._starts[index]], .. _decisions[_starts[index + size]..]]);
            }
        }

        return isBetter;
    }

    private bool Pass(Func<int[], int, int, int[]?> change)
    {
        var isBetter = false;
        foreach (var size in Sizes)
        {
            for (var at = _decisions.Length - size; at >= 0; at = Math.Min(at, _decisions.Length - size + 1) - 1)
            {
                isBetter |= change(_decisions, at, size) is { } changed && Try(changed);
            }
        }

        return isBetter;
    }

    private bool Lower()
    {
        var isBetter = false;
        for (var at = 0; at < _decisions.Length; at++)
        {
            foreach (var lower in (int[])[1, _decisions[at] / 2, _decisions[at] - 1])
            {
                if (at < _decisions.Length && lower > 0 && lower < _decisions[at])
                {
                    int[] changed = [.. _decisions];
                    changed[at] = lower;
                    isBetter |= Try(changed);
                }
            }
        }

        return isBetter;
    }

    /// <returns>Whether it breaks the rule and is shorter; then it is what is shrunk from now on.</returns>
    private bool Try(int[] decisions)
    {
        if (_stepsTried >= StepsMax)
        {
            return false;
        }

        var (chance, story) = (new Chance(decisions), new Story(isCountOnly: true));
        var rule = Search.Play(chance, 0, _staging, story)?.Rule;
        _stepsTried += 1 + story.Steps;
        if (rule != _rule)
        {
            return false;
        }

        int[] taken = [.. chance.Taken];
        var isBetter = (story.Steps, taken.Length, Sum(taken)).CompareTo((_steps, _decisions.Length, Sum(_decisions))) < 0;
        if (isBetter)
        {
            (_decisions, _starts, _steps) = (taken, [.. chance.Starts], story.Steps);
        }

        return isBetter;
    }

    private static long Sum(int[] decisions) => decisions.Sum(static decision => (long)decision);
}
