namespace Actors.Ledger;

/// <summary>Sees what becomes of each task, in the step in which it does. It may read the record and must change nothing.</summary>
internal interface ILedgerObserver
{
    /// <summary>The task is real.</summary>
    void Registered(TaskRecord task);

    /// <summary>A run of it was given to a worker.</summary>
    void Started(TaskRecord task);

    /// <summary>Its attempt has failed; it rests, or ends for good.</summary>
    void AttemptFailed(TaskRecord task, Failure failure, TimeSpan? retryIn);

    /// <summary>The task has its outcome.</summary>
    void Ended(TaskRecord task, Outcome outcome);
}
