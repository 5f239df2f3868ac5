namespace Actors;

/// <summary>When a join fires, and when it fails without firing.</summary>
/// <remarks>
/// A join that is decided before all its children are terminal cancels the others. Immutable, and safe to share between threads.
/// </remarks>
public sealed record JoinPolicy
{
    private JoinPolicy(Rule rule, int needed)
    {
        Kind = rule;
        Needed = needed;
    }

    internal enum Rule : byte
    {
        All,
        Collect,
        Quorum,
    }

    /// <summary>
    /// All must succeed: fires when every child has succeeded; the first that fails or is cancelled fails the join at once and
    /// cancels its siblings. The default.
    /// </summary>
    public static JoinPolicy All { get; } = new(Rule.All, 0);

    /// <summary>Fires when every child is terminal, whatever the outcomes: the continuation sees each of them.</summary>
    public static JoinPolicy Collect { get; } = new(Rule.Collect, 0);

    /// <summary>Fires with the first success and cancels the others; fails when none can succeed any more. The same as a quorum of 1.</summary>
    public static JoinPolicy FirstSuccess { get; } = Quorum(1);

    internal Rule Kind { get; }

    internal int Needed { get; }

    /// <summary>
    /// Fires when <paramref name="successes"/> children have succeeded and cancels the others; fails as soon as too few are left
    /// to reach that number, at once when fewer children are joined.
    /// </summary>
    /// <param name="successes">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="successes"/> is less than 1.</exception>
    public static JoinPolicy Quorum(int successes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(successes, 1);
        return new JoinPolicy(Rule.Quorum, successes);
    }

    /// <summary>The policy's name, with the number a quorum needs.</summary>
    public override string ToString() => Kind == Rule.Quorum ? $"Quorum({Needed})" : Kind.ToString();

    /// <summary>The rule itself: pure arithmetic on how many children there are and how they ended so far.</summary>
    internal JoinVerdict Judge(int children, int succeeded, int notSucceeded) => Kind switch
    {
        Rule.All when notSucceeded > 0 => JoinVerdict.Fail,
        Rule.Quorum when succeeded >= Needed => JoinVerdict.Fire,
        Rule.Quorum when children - notSucceeded < Needed => JoinVerdict.Fail,
        _ => succeeded + notSucceeded == children ? JoinVerdict.Fire : JoinVerdict.Wait,
    };
}

internal enum JoinVerdict : byte
{
    Wait,
    Fire,
    Fail,
}
