using Actors.Ledger;

namespace Actors.Admission;

/// <summary>What is as urgent as each other, with the next less urgent behind it.</summary>
/// <typeparam name="TSelf">The kind of it.</typeparam>
internal abstract class Rank<TSelf>(int urgency)
    where TSelf : Rank<TSelf>
{
    public int Urgency { get; } = urgency;

    public TSelf? Next { get; set; }

    /// <summary>How many turns others have had since it last had one, while it had something.</summary>
    public int Passes { get; set; }

    /// <summary>Whether there is anything in it.</summary>
    public abstract bool HasAny { get; }
}

/// <summary>Who has the next turn: the most urgent that has something, unless another was passed over <see cref="ReadyQueue.PassesMax"/> times: so nothing starves.</summary>
/// <typeparam name="TRank">What is as urgent as each other.</typeparam>
internal struct Ranks<TRank>
    where TRank : Rank<TRank>
{
    /// <summary>The most urgent of all that there are, whether it has something or not; null where there is none.</summary>
    public TRank? First { get; private set; }

    /// <summary>The most urgent that has something; null where none has.</summary>
    public readonly TRank? Highest
    {
        get
        {
            var rank = First;
            while (rank is { HasAny: false })
            {
                rank = rank.Next;
            }

            return rank;
        }
    }

    /// <summary>Whose turn it is; null where none has anything. Of several that were passed over too often it is the one that was most often.</summary>
    public readonly TRank? Turn
    {
        get
        {
            TRank? first = null;
            TRank? owed = null;
            for (var rank = First; rank is not null; rank = rank.Next)
            {
                if (rank.HasAny)
                {
                    first ??= rank;
                    owed = rank.Passes >= ReadyQueue.PassesMax && rank.Passes > (owed?.Passes ?? 0) ? rank : owed;
                }
            }

            return owed ?? first;
        }
    }

    /// <summary>One has had its turn: the others have been passed over.</summary>
    public readonly void EndTurn(TRank turn)
    {
        for (var rank = First; rank is not null; rank = rank.Next)
        {
            rank.Passes = rank == turn || !rank.HasAny ? 0 : rank.Passes + 1;
        }
    }

    /// <summary>That of an urgency; null where there has been none.</summary>
    public readonly TRank? Find(int urgency)
    {
        var rank = First;
        while (rank is not null && rank.Urgency > urgency)
        {
            rank = rank.Next;
        }

        return rank?.Urgency == urgency ? rank : null;
    }

    /// <summary>A new one, of an urgency that none has.</summary>
    /// <returns>The same.</returns>
    public TRank Add(TRank made)
    {
        TRank? before = null;
        for (var rank = First; rank is not null && rank.Urgency > made.Urgency; rank = rank.Next)
        {
            before = rank;
        }

        if (before is null)
        {
            made.Next = First;
            First = made;
        }
        else
        {
            made.Next = before.Next;
            before.Next = made;
        }

        return made;
    }

    public void Clear() => First = null;
}
