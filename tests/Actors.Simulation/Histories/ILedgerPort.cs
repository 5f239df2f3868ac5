namespace Actors.Simulation.Histories;

/// <summary>What the public can read of a ledger.</summary>
internal interface ILedgerReads
{
    IEnumerable<Errand> LiveTasks { get; }

    long LiveCount { get; }

    int LiveTrees { get; }

    int RunsOut { get; }

    /// <summary>Whether places at limits and rates are kept back for a task that was passed over too often.</summary>
    bool KeepsPlaces { get; }

    long StaleEnds { get; }

    DateTimeOffset? NextDue { get; }

    TaskState StateOf(Errand task);

    /// <summary>Whether a root that is ready waits in the store, where no worker finds it, until it is loaded.</summary>
    bool IsAway(Errand root);

    long Count(TypeTerms type, TaskState state);

    (int Ready, int Busy, int Workers) Pool(int pool);
}

/// <summary>
/// The one way from the histories to the ledger and back. A planted fault is a port that stands before the real one and lies, in one
/// direction or the other.
/// </summary>
internal interface ILedgerPort : ILedgerReads
{
    DateTimeOffset Now { get; set; }

    /// <summary>What a worker does when a handler spawns or joins: makes the record, which the ledger gets with the report.</summary>
    /// <param name="task">What is made.</param>
    /// <param name="join">What it joins; null where it is no join.</param>
    void Make(Errand task, JoinTerms? join);

    void Submit(Errand root, Errand? completion);

    void WorkerReady(int worker, int pool);

    void WorkerLost(int worker, bool hadTaken);

    void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor, double chance);

    void SpawnNow(Errand parent, int run, Errand child);

    bool Hold(TaskId parent, int run, Func<TaskId, Errand> make);

    bool Cancel(TaskId id);

    bool CancelTree(TaskId rootId);

    /// <returns>Whether it was otherwise before.</returns>
    bool SetPause(Hold hold, bool isPaused);

    void Tick();

    void Close();

    void InterruptAll();

    /// <summary>The step is over: idle workers get work, and what followed from the step leaves.</summary>
    List<Signal> Release();
}
