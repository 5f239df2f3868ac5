namespace Actors.Ledger;

/// <summary>
/// Waits for workers that run ahead: what somebody asks of a task that the ledger does not know can be answered once all of them have told what they have.
/// </summary>
internal sealed class Unheard
{
    private readonly List<(List<Assignment> Open, Action Then)> _waiting = [];

    /// <summary>When all of these have told, or are lost.</summary>
    public void When(List<Assignment> open, Action then) => _waiting.Add((open, then));

    /// <summary>Does what waited for the last of its workers.</summary>
    public void Check()
    {
        for (var index = 0; index < _waiting.Count; index++)
        {
            var (open, then) = _waiting[index];
            open.RemoveAll(static assignment => !assignment.IsAhead || assignment.Worker.Assignment != assignment);
            if (open.Count == 0)
            {
                _waiting.RemoveAt(index--);
                then();
            }
        }
    }
}
