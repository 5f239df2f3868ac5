namespace Actors.Simulation.Histories;

/// <summary>A port that tells the truth both ways. A planted fault overrides one of its ways: the ledger itself knows of no fault.</summary>
internal abstract class FaultyPort(ILedgerPort real) : ILedgerPort
{
    public DateTimeOffset Now
    {
        get => Real.Now;
        set => Real.Now = value;
    }

    public virtual IEnumerable<Errand> LiveTasks => Real.LiveTasks;

    public long LiveCount => Real.LiveCount;

    public int LiveTrees => Real.LiveTrees;

    public int RunsOut => Real.RunsOut;

    public bool KeepsPlaces => Real.KeepsPlaces;

    public long StaleEnds => Real.StaleEnds;

    public virtual DateTimeOffset? NextDue => Real.NextDue;

    protected ILedgerPort Real { get; } = real;

    public virtual TaskState StateOf(Errand task) => Real.StateOf(task);

    public bool IsAway(Errand root) => Real.IsAway(root);

    public virtual long Count(TypeTerms type, TaskState state) => Real.Count(type, state);

    public (int Ready, int Busy, int Workers) Pool(int pool) => Real.Pool(pool);

    public virtual void Make(Errand task, JoinTerms? join) => Real.Make(task, join);

    public virtual void Submit(Errand root, Errand? completion) => Real.Submit(root, completion);

    public void WorkerReady(int worker, int pool) => Real.WorkerReady(worker, pool);

    public virtual void WorkerLost(int worker, bool hadTaken) => Real.WorkerLost(worker, hadTaken);

    public virtual void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor, double chance) =>
        Real.Report(assignment, [.. ends.Select(Alter)], runningFor, chance);

    public virtual void SpawnNow(Errand parent, int run, Errand child) => Real.SpawnNow(parent, run, child);

    public virtual bool Hold(TaskId parent, int run, Func<TaskId, Errand> make) => Real.Hold(parent, run, make);

    public virtual bool Cancel(TaskId id) => Real.Cancel(id);

    public virtual bool CancelTree(TaskId rootId) => Real.CancelTree(rootId);

    public virtual bool SetPause(Hold hold, bool isPaused) => Real.SetPause(hold, isPaused);

    public virtual void Tick() => Real.Tick();

    public virtual void Close() => Real.Close();

    public virtual void InterruptAll() => Real.InterruptAll();

    public List<Signal> Release() => [.. Real.Release().SelectMany(Alter)];

    /// <summary>What an end becomes on its way to the ledger.</summary>
    protected virtual RunEnd Alter(RunEnd end) => end;

    /// <summary>What becomes of a signal on its way from the ledger: nothing, itself, or more.</summary>
    protected virtual IEnumerable<Signal> Alter(Signal signal) => [signal];
}
