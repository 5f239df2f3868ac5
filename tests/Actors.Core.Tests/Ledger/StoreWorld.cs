using System.Globalization;
using System.Text;
using Actors.Admission;
using Actors.Ledger;
using Actors.Simulation.Stores;
using Actors.Storage;

namespace Actors.Core.Tests.Ledger;

/// <summary>A ledger with a store, as one process after the other has it: a spec says how each run ends, when a commit is made, and how much is read.</summary>
internal sealed class StoreWorld : IDisposable
{
    private readonly LedgerSettings _settings;
    private readonly Disk _disk = new();
    private readonly TaskType _type;
    private readonly TaskType _join;
    private Journal _journal = null!;
    private CommitQueue _commits = null!;
    private Recovery _recovery = null!;
    private ITaskReader _reader = null!;
    private SimulatedStore _store = null!;
    private int _workers;

    public StoreWorld(LedgerSettings? settings = null, RetryPolicy? retry = null, TypeGates? gates = null)
    {
        _settings = settings ?? new LedgerSettings();
        _type = new TaskType<int>(0, "work", 0) { Format = new JobFormat(), Retry = retry ?? RetryPolicy.None, Gates = gates };
        _join = new TaskType<int>(1, "join", 0) { Format = new JobFormat() };
        Restart();
        Load();
    }

    public TaskLedger Ledger { get; private set; } = null!;

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What has left, of this process.</summary>
    public List<LedgerEffect> Left { get; } = [];

    public IReadOnlyList<string> Contradictions
    {
        get
        {
            var contradictions = new List<string>();
            new StoreVerification(contradictions.Add).Run(_store.ReadAll(), _store.Info());
            return contradictions;
        }
    }

    /// <summary>The process dies, and the next one has read nothing yet.</summary>
    public void Restart()
    {
        _store = new SimulatedStore(_disk);
        var opening = _store.Open("a spec", true);
        Ledger = new TaskLedger(_settings, ["default"], 2);
        Ledger.Journal = _journal = new Journal(Ledger, opening.NextTree);
        _commits = new CommitQueue(Ledger, _journal);
        _recovery = new Recovery(Ledger, name => name == "work" ? _type : _join);
        _reader = _store.ReadLiveTrees(opening.NextTree);
        Left.Clear();
    }

    /// <summary>Reads so many rows; with none, all of them.</summary>
    public void Load(int rows = 0)
    {
        var window = new TaskRow[rows == 0 ? 1000 : rows];
        Step(() =>
        {
            for (int count; (count = _reader.Read(window)) > 0;)
            {
                _recovery.Add(window.AsSpan(0, count), Now);
                if (rows > 0)
                {
                    return;
                }
            }

            _recovery.Finish(Now);
        });
    }

    public WorkerRecord AddWorker()
    {
        var worker = new WorkerRecord(++_workers, 0);
        Step(() => Ledger.WorkerReady(worker));
        return worker;
    }

    public TaskRecord Submit(string name = "root", TimeSpan? deadline = null, string? completion = null, TaskBudget? budget = null)
    {
        var root = new TaskRecord(TaskId.FromKey(name), _type, new Job(name), null, null);
        var last = completion is null ? null : new TaskRecord(root.Id.Completion(), _type, new Job(completion), root.Path, null);
        Step(() => Ledger.Submit(root, last, Now, deadline is null ? null : new TreeRequest(deadline, null, budget)));
        return root;
    }

    public TaskRecord Child(TaskRecord parent, int place) => new(parent.Id.Child(place), _type, new Job($"{place}"), parent.Path, null);

    public TaskRecord Live(string name) => Ledger.LiveTasks.Single(task => ((Job)task.Message).Name == name);

    public JoinRecord Join(TaskRecord owner, IReadOnlyList<TaskRecord> children, JoinPolicy policy, bool isFold = false)
    {
        var join = new JoinRecord(owner.Id.Join(), _join, new Job("join"), owner.Path, policy, children.Count, isFold);
        for (var place = 0; place < children.Count; place++)
        {
            (children[place].Join, children[place].JoinIndex) = (join, place);
        }

        return join;
    }

    public void End(TaskRecord task, EndKind kind, IReadOnlyList<TaskRecord>? spawned = null, JoinRecord? join = null, object? payload = null) => Report(
        task.Worker!.Assignment!, task, kind, spawned, join, payload);

    public void Report(Assignment assignment, TaskRecord task, EndKind kind, IReadOnlyList<TaskRecord>? spawned = null, JoinRecord? join = null, object? payload = null) =>
        Step(() => Ledger.Report(
            assignment,
            [
                new AttemptEnd
                {
                    Task = task,
                    Run = task.Run,
                    Kind = kind,
                    Elapsed = TimeSpan.FromSeconds(1),
                    Payload = payload ?? (kind == EndKind.Succeeded ? Outcome<int>.Succeeded(1) : null),
                    Detail = spawned is null && join is null ? null : new AttemptDetail { Spawned = spawned is null ? null : [.. spawned], Join = join },
                },
            ],
            null, Now, 0));

    public void Cancel(TaskRecord task) => Step(() => Ledger.Cancel(task.Id, Now));

    public void Advance(TimeSpan time)
    {
        Now += time;
        Step(() => Ledger.Tick(Now));
    }

    public void Step(Action command)
    {
        command();
        Ledger.Dispatch(Now);
        Carry();
    }

    public void Dispose() => _store.Dispose();

    private void Carry()
    {
        Leave(_commits.Step(out var batch));
        while (batch is not null)
        {
            _store.Commit(batch);
            _commits.Committed(batch.Number);
            Ledger.Dispatch(Now);
            Leave(_commits.Step(out batch));
        }
    }

    private void Leave(IReadOnlyList<LedgerEffect> effects)
    {
        foreach (var effect in effects)
        {
            Left.Add(effect);
            if (effect is Assignment assignment)
            {
                Ledger.Sent(assignment, Now);
            }
        }
    }

    private sealed class JobFormat : ITaskFormat
    {
        public byte[] WriteMessage(ITaskMessage message) => Encoding.UTF8.GetBytes(((Job)message).Name);

        public ITaskMessage ReadMessage(byte[] bytes) => new Job(Encoding.UTF8.GetString(bytes));

        public byte[]? WriteResult(Outcome outcome) => WriteFoldState(outcome.UntypedValue!);

        public Outcome ReadResult(byte[]? bytes) => Outcome<int>.Succeeded((int)ReadFoldState(bytes!));

        public byte[] WriteFoldState(object state) => Encoding.UTF8.GetBytes(((int)state).ToString(CultureInfo.InvariantCulture));

        public object ReadFoldState(byte[] bytes) => int.Parse(bytes, CultureInfo.InvariantCulture);
    }
}
