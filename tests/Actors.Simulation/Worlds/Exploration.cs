using System.Runtime.InteropServices;
using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>A broken rule of a small world, and the decisions that led there.</summary>
internal sealed record Finding(Plan Plan, BrokenRuleException Broken, IReadOnlyList<Move> Moves, int Steps, string Story)
{
    public override string ToString() =>
        string.Join(Environment.NewLine, Broken.Message, $"In the world {Plan}:", Story, Broken.InnerException);
}

/// <summary>How much was visited.</summary>
/// <param name="Worlds">How many plans.</param>
/// <param name="Orders">How many orders of events, each to its end or to where it meets another.</param>
/// <param name="States">How many states that differ.</param>
/// <param name="Steps">How many events.</param>
internal readonly record struct Visited(long Worlds, long Orders, long States, long Steps)
{
    public static Visited operator +(Visited one, Visited other) =>
        new(one.Worlds + other.Worlds, one.Orders + other.Orders, one.States + other.States, one.Steps + other.Steps);

    public override string ToString() => FormattableString.Invariant($"{Worlds:N0} worlds, {Orders:N0} orders, {States:N0} states, {Steps:N0} steps");
}

/// <summary>
/// Every order of events of one plan, depth first, by replay: a world is played from its start along a list of decisions and on from there, always the first
/// of what can happen; then the last decision that has another way left is changed. An order that comes to a state that was seen, with no more faults or
/// moves left than then, is given up there: whatever may come of it has come.
/// </summary>
/// <param name="plan">What is played.</param>
/// <param name="plant">What lies between it and the ledger; null for nothing.</param>
/// <param name="movesMax">Longer orders are given up.</param>
internal sealed class Exploration(Plan plan, Func<ILedgerPort, ILedgerPort>? plant, int movesMax = int.MaxValue)
{
    private readonly Cast _cast = new(plan);
    private readonly List<(Move[] Ways, int Way)> _decisions = [];
    private readonly Dictionary<(UInt128 State, int FaultsLeft), int> _seen = [];
    private readonly Fingerprint _fingerprint = new();
    private long _orders;
    private long _steps;

    /// <returns>The first broken rule on the way, null where none is; and how much was visited.</returns>
    public (Finding? Finding, Visited Visited) Run()
    {
        Finding? finding;
        do
        {
            finding = Play();
            _orders++;
        }
        while (finding is null && NextOrder());

        return (finding, new Visited(1, _orders, _seen.Count, _steps));
    }

    private bool NextOrder()
    {
        for (var last = _decisions.Count - 1; last >= 0; last--)
        {
            var (ways, way) = _decisions[last];
            if (way + 1 < ways.Length)
            {
                _decisions[last] = (ways, way + 1);
                return true;
            }

            _decisions.RemoveAt(last);
        }

        return false;
    }

    private Finding? Play()
    {
        try
        {
            var world = new World(_cast, plant, null) { IsJudged = _decisions.Count == 0 };
            world.Begin();
            for (var depth = 0; depth < _decisions.Count; depth++)
            {
                // What came before the last decision was judged when it was made.
                world.IsJudged = depth == _decisions.Count - 1;
                Make(world, _decisions[depth].Ways[_decisions[depth].Way]);
            }

            world.IsJudged = true;
            while (_decisions.Count < movesMax && IsNew(world))
            {
                Move[] moves = [.. world.Moves()];
                if (moves.Length == 0)
                {
                    world.Finish();
                    break;
                }

                _decisions.Add((moves, 0));
                Make(world, moves[0]);
            }

            return null;
        }
        catch (Exception exception)
        {
            return Tell(exception as BrokenRuleException ?? new BrokenRuleException(Rules.NoCrash, exception.Message, exception));
        }
    }

    private void Make(World world, Move move)
    {
        world.Make(move);
        _steps++;
    }

    private bool IsNew(World world)
    {
        var bare = world.Print(_fingerprint, isBare: true);
        if (world.FaultsLeft > 0 && !Note(world.Print(_fingerprint, isBare: false), world.FaultsLeft))
        {
            return false;
        }

        // Whoever can do more here can do what may be done without a fault: so this is noted too, and decides where no fault is left.
        return Note(bare, 0) || world.FaultsLeft > 0;
    }

    private bool Note(UInt128 state, int faultsLeft)
    {
        var movesLeft = movesMax == int.MaxValue ? movesMax : movesMax - _decisions.Count;
        for (var more = faultsLeft + 1; faultsLeft > 0 && more <= plan.FaultsMax; more++)
        {
            if (_seen.TryGetValue((state, more), out var left) && left >= movesLeft)
            {
                return false;
            }
        }

        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, (state, faultsLeft), out _);
        if (known >= movesLeft)
        {
            return false;
        }

        known = movesLeft;
        return true;
    }

    private Finding Tell(BrokenRuleException broken)
    {
        Move[] moves = [.. _decisions.Select(static decision => decision.Ways[decision.Way])];
        var story = new Story();
        try
        {
            var world = new World(_cast, plant, story);
            world.Begin();
            foreach (var move in moves)
            {
                world.Make(move);
            }

            world.Moves();
            world.Finish();
        }
        catch (Exception)
        {
            // It is the one that is told, or what that comes to when every step is judged.
        }

        return new Finding(plan, broken, moves, story.Steps, $"{story}");
    }
}
