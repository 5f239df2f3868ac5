using System.Globalization;
using Actors.Client;
using Actors.Ledger;

namespace Actors.Control;

/// <summary>
/// Goes through the live tasks a slice at a time: the coordinator tells it to itself again, behind what has come meanwhile, until it is done. So a million tasks hold up
/// nobody.
/// </summary>
internal abstract record TaskSweep(TaskChoice Choice) : ControlMessage
{
    /// <summary>So many buckets of the index are looked at at once, with a task or so each; and so many times in a slice.</summary>
    private const int Buckets = 16;
    private const int TimesInSlice = 128;

    private readonly List<TaskRecord> _found = [];

    /// <summary>Where it stands; 0 at both ends.</summary>
    protected ulong Cursor { get; set; }

    /// <summary>Does a slice.</summary>
    /// <returns>Whether it is done.</returns>
    public bool Go(TaskLedger ledger, DateTimeOffset now)
    {
        for (var times = 0; times < TimesInSlice; times++)
        {
            Cursor = ledger.Scan(Cursor, Buckets, _found);
            foreach (var task in _found)
            {
                if (Choice.Has(task))
                {
                    Meet(task, ledger, now);
                }
            }

            _found.Clear();
            if (Cursor == 0 || IsEnough)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it need not go on.</summary>
    protected virtual bool IsEnough => false;

    /// <summary>One that is chosen.</summary>
    protected abstract void Meet(TaskRecord task, TaskLedger ledger, DateTimeOffset now);
}

/// <summary>Cancels what is chosen.</summary>
internal sealed record CancelSweep(TaskChoice Choice, string By, Reply<long> Done) : TaskSweep(Choice)
{
    public long Count { get; private set; }

    protected override void Meet(TaskRecord task, TaskLedger ledger, DateTimeOffset now)
    {
        if (task.Interruption != Interruption.Cancel || task.State != TaskState.Running)
        {
            Count++;
            ledger.Cancel(task.Id, now);
        }
    }
}

/// <summary>Lists what is chosen until a page is full.</summary>
internal sealed record ListSweep : TaskSweep
{
    private readonly int _countMax;
    private readonly List<TaskSummary> _tasks = [];
    private readonly Func<TaskRecord, TaskSummary> _summary;

    public ListSweep(TaskChoice choice, ulong from, int countMax, Func<TaskRecord, TaskSummary> summary, Reply<TaskPage> done)
        : base(choice) => (Cursor, _countMax, _summary, Done) = (from, countMax, summary, done);

    public Reply<TaskPage> Done { get; }

    public TaskPage Page => new(_tasks, Cursor == 0 ? null : Cursor.ToString("x16", CultureInfo.InvariantCulture));

    protected override bool IsEnough => _tasks.Count >= _countMax;

    protected override void Meet(TaskRecord task, TaskLedger ledger, DateTimeOffset now) => _tasks.Add(_summary(task));
}
