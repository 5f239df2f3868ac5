namespace Actors.Simulation.Worlds;

/// <summary>
/// Whether two orders of events that come to the same fingerprint are truly alike. Where an <see cref="Exploration"/> gives up since it knows the state, this
/// goes on from both: whatever can happen must be the same, the same must follow from it, and it must lead to the same fingerprint again. As that is looked
/// at wherever two orders meet, it holds for all that can come of them.
/// </summary>
internal sealed class Likeness(Plan plan)
{
    private readonly Cast _cast = new(plan);
    private readonly Fingerprint _fingerprint = new();
    private readonly Dictionary<(UInt128 State, int FaultsLeft), (Move[] Order, string Future)> _known = [];
    private readonly Queue<Move[]> _toVisit = new([[]]);

    /// <summary>How often two orders came to the same state.</summary>
    public long Meetings { get; private set; }

    /// <returns>Two orders that are taken for the same and are not; null where there are none.</returns>
    public string? FindDifference()
    {
        while (_toVisit.TryDequeue(out var order))
        {
            var world = Play(order);
            var state = world.Print(_fingerprint, isBare: world.FaultsLeft == 0);
            var bare = world.Print(_fingerprint, isBare: true);
            Move[] moves = [.. world.Moves()];
            var isNew = !_known.ContainsKey((state, world.FaultsLeft));
            if (Differs((state, world.FaultsLeft), order, moves, isBare: world.FaultsLeft == 0) is { } difference)
            {
                return difference;
            }

            if (world.FaultsLeft > 0 && Differs((bare, 0), order, [.. moves.Where(static move => !move.IsFault)], isBare: true) is { } other)
            {
                return other;
            }

            for (var index = 0; isNew && index < moves.Length; index++)
            {
                _toVisit.Enqueue([.. order, moves[index]]);
            }
        }

        return null;
    }

    private string? Differs((UInt128 State, int FaultsLeft) state, Move[] order, Move[] moves, bool isBare)
    {
        var future = string.Join(Environment.NewLine, moves.Select(move => FutureOf([.. order, move], isBare)).Order());
        if (_known.TryAdd(state, (order, future)))
        {
            return null;
        }

        Meetings++;
        return _known[state].Future == future ? null : $"""
            {plan}
            {string.Join(", ", _known[state].Order)}
            {_known[state].Future}
            {string.Join(", ", order)}
            {future}
            """;
    }

    private string FutureOf(Move[] order, bool isBare)
    {
        var world = Play(order);
        var last = order[^1];
        return $"{last.Kind} {last.Hand} {last.Which}: {string.Join("; ", world.Followed)} {world.Print(_fingerprint, isBare || world.FaultsLeft == 0)}";
    }

    private World Play(Move[] order)
    {
        var world = new World(_cast, null, null);
        world.Begin();
        foreach (var move in order)
        {
            world.Make(move);
        }

        return world;
    }
}
