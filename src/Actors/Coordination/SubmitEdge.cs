using Actors.Admission;
using Actors.Ledger;

namespace Actors.Coordination;

/// <summary>The coordinator's side of the <see cref="Edge"/>: what is submitted comes in, waits, or is refused.</summary>
internal sealed class SubmitEdge(TaskLedger ledger, AdmissionSettings settings)
{
    private readonly Edge _edge = new(ledger, settings.PendingMax, settings.PoolsPendingMax);

    /// <summary>Whose turn it was, while the store is asked about its key.</summary>
    private Entering? _coming;

    /// <summary>Whether it brings trees that are to be counted: not one that attaches to a live tree of its key.</summary>
    public bool Concerns(Submit submit) =>
        _edge.IsBounded && (submit.Roots is [var only] ? ledger.FindTree(only.Root.Id) is null : submit.Roots.Count > 0);

    /// <summary>Whether new roots may come in now. If not, they wait, or their submitter has been told why.</summary>
    public bool Admit(Submit submit)
    {
        var entrant = submit.Entrant ??= new Entering(submit);
        _coming = entrant == _coming ? null : _coming;
        if (entrant.IsGone)
        {
            return false;
        }

        if (_edge.Against(entrant) is not { } full)
        {
            return true;
        }

        if (full.FitsNever || (submit.WhenFull ?? settings.WhenFull) == WhenFull.Refuse)
        {
            submit.Accepted.Fail(new EngineFullException(full));
        }
        else
        {
            _edge.Wait(entrant);
        }

        return false;
    }

    /// <summary>Whose turn it is; null where nobody's is.</summary>
    public Submit? Next()
    {
        if (_coming is { IsGone: false })
        {
            return null;
        }

        _coming = (Entering?)_edge.Next();
        return _coming?.Submit;
    }

    /// <summary>Nobody is let in any more.</summary>
    public void Close(Func<Exception> told)
    {
        foreach (var entrant in _edge.Close())
        {
            ((Entering)entrant).Submit.Accepted.Fail(told());
        }
    }

    internal sealed class Entering(Submit submit) : Entrant(CountsOf(submit.Roots))
    {
        public Submit Submit { get; } = submit;

        public override bool IsGone => Submit.Accepted.IsSettled;

        private static List<(int Pool, int Count)> CountsOf(IReadOnlyList<Submission> roots)
        {
            var counts = new List<(int Pool, int Count)>(1);
            foreach (var (root, _, _, _) in roots)
            {
                var at = counts.FindIndex(one => one.Pool == root.Type.Pool);
                if (at < 0)
                {
                    counts.Add((root.Type.Pool, 1));
                }
                else
                {
                    counts[at] = (root.Type.Pool, counts[at].Count + 1);
                }
            }

            return counts;
        }
    }
}
