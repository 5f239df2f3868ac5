using System.Globalization;
using Actors.Ledger;

namespace Actors.Storage;

/// <summary>
/// Holds back what a step led to until the step is committed. One commit is under way at a time; what gathers meanwhile is the next: no commit is put off to
/// gather more, and none is made for nothing.
/// </summary>
/// <remarks>Pure: whoever holds it carries a batch to the store, and says when it is there. One thread at a time.</remarks>
internal sealed class CommitQueue(TaskLedger ledger, Journal journal)
{
    private readonly List<LedgerEffect> _held = [];
    private List<LedgerEffect> _committed = [];
    private List<LedgerEffect> _released = [];

    /// <summary>The batch that is on its way; null while none is.</summary>
    public StoreBatch? UnderWay { get; private set; }

    /// <summary>How many effects wait for a commit.</summary>
    public int Held => _held.Count + (UnderWay is null ? 0 : ledger.Effects.Count);

    /// <summary>
    /// What may leave now, in order; valid until the next call. Moves on to the next batch where none is on its way: so the store has it before what the last one held back
    /// leaves, and writes meanwhile.
    /// </summary>
    /// <param name="batch">A batch to carry to the store; null where none begins.</param>
    public IReadOnlyList<LedgerEffect> Step(out StoreBatch? batch)
    {
        batch = null;
        if (UnderWay is not null)
        {
            return TakeCommitted();
        }

        if (journal.IsEmpty)
        {
            _committed.AddRange(ledger.Effects);
        }
        else
        {
            _held.AddRange(ledger.Effects);
            batch = UnderWay = journal.TakeBatch();
        }

        ledger.Effects.Clear();
        return TakeCommitted();
    }

    /// <summary>What commits held back that have been made, and has not left yet, in order; valid until the next call.</summary>
    public IReadOnlyList<LedgerEffect> TakeCommitted()
    {
        (_committed, _released) = (_released, _committed);
        _committed.Clear();
        return _released;
    }

    /// <summary>What will never leave, since nothing is committed any more.</summary>
    public IReadOnlyList<LedgerEffect> Abandon()
    {
        _released.Clear();
        _released.AddRange(_held);
        _released.AddRange(ledger.Effects);
        _held.Clear();
        ledger.Effects.Clear();
        return _released;
    }

    /// <summary>A batch stands in the store: what it held back leaves with the next step.</summary>
    /// <param name="number">Its number.</param>
    /// <exception cref="InvalidOperationException">It is not the one that is on its way: what that one holds back must not leave.</exception>
    public void Committed(long number)
    {
        if (UnderWay is not { } batch || batch.Number != number)
        {
            throw new InvalidOperationException($"Batch {number} is said to stand in the store, and the one on its way is {UnderWay?.Number.ToString(CultureInfo.InvariantCulture) ?? "none"}.");
        }

        UnderWay = null;
        journal.Committed(batch);
        _committed.AddRange(_held);
        _held.Clear();
    }
}
