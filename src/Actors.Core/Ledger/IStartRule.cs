namespace Actors.Ledger;

/// <summary>Whoever keeps a ready task from starting, beyond pauses and order, says so here: limits do.</summary>
internal interface IStartRule
{
    /// <summary>Why it keeps that task from starting now; nothing where it does not.</summary>
    IEnumerable<WaitReason> Why(TaskRecord task);
}
