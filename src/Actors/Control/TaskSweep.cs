using System.Globalization;
using Actors.Client;
using Actors.Ledger;
using Actors.Storage;

namespace Actors.Control;

/// <summary>
/// Goes through the live tasks a slice at a time: the coordinator tells it to itself again, behind what has come meanwhile, until it is done. So a million tasks hold up
/// nobody.
/// </summary>
/// <remarks>First what waits in the store alone, then what is loaded: what is loaded meanwhile is met then.</remarks>
internal abstract record TaskSweep(TaskChoice Choice) : ControlMessage
{
    /// <summary>So many buckets of the index are looked at at once, with a task or so each; and so many times in a slice.</summary>
    private const int Buckets = 16;
    private const int TimesInSlice = 128;

    private readonly List<TaskRecord> _found = [];

    /// <summary>From which tree on what waits in the store is to be looked at; null once that is done.</summary>
    public long? InBacklog { get; protected set; } = 0;

    /// <summary>Where it stands among the loaded ones; 0 at both ends.</summary>
    protected ulong Cursor { get; set; }

    /// <summary>Whether all loaded ones have been looked at.</summary>
    protected bool IsAtEnd { get; private set; }

    /// <summary>Does a slice of the loaded ones.</summary>
    /// <returns>Whether it is done.</returns>
    public bool Go(TaskLedger ledger, DateTimeOffset now)
    {
        if (IsEnough)
        {
            return true;
        }

        InBacklog = null;
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
            IsAtEnd = Cursor == 0;
            if (IsAtEnd || IsEnough)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Does a slice of those that wait in the store.</summary>
    /// <param name="rows">They.</param>
    /// <param name="next">Where to go on; null where these are the last.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="now">The time.</param>
    public void Go(IEnumerable<TaskRow> rows, long? next, TaskLedger ledger, DateTimeOffset now)
    {
        foreach (var row in rows)
        {
            if (IsEnough)
            {
                InBacklog = row.Tree;
                return;
            }

            if (Choice.Has(in row))
            {
                Meet(in row, ledger, now);
            }
        }

        InBacklog = next;
    }

    /// <summary>Whether it need not go on.</summary>
    public virtual bool IsEnough => false;

    /// <summary>One that is chosen.</summary>
    protected abstract void Meet(TaskRecord task, TaskLedger ledger, DateTimeOffset now);

    /// <summary>One that is chosen, and waits in the store.</summary>
    protected abstract void Meet(in TaskRow root, TaskLedger ledger, DateTimeOffset now);
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

    protected override void Meet(in TaskRow root, TaskLedger ledger, DateTimeOffset now) => Meet(ledger.Backlog!.Load(in root).Root, ledger, now);
}

/// <summary>Lists what is chosen until a page is full.</summary>
internal sealed record ListSweep : TaskSweep
{
    // What a page's Next begins with says where it goes on; the rest is a tree's number, or a cursor of the index, which is smaller.
    private const ulong IsInBacklog = 1UL << 63;
    private const ulong IsInIndex = 1UL << 62;

    private readonly int _countMax;
    private readonly List<TaskSummary> _tasks = [];
    private readonly TaskViews _views;

    public ListSweep(TaskChoice choice, ulong from, int countMax, TaskViews views, Reply<TaskPage> done)
        : base(choice)
    {
        (_countMax, _views, Done) = (countMax, views, done);
        (InBacklog, Cursor) = (from & IsInIndex) == 0 ? ((long?)(from & ~IsInBacklog), 0UL) : (null, from & ~IsInIndex);
    }

    public Reply<TaskPage> Done { get; }

    public TaskPage Page => new(_tasks, Next?.ToString("x16", CultureInfo.InvariantCulture));

    public override bool IsEnough => _tasks.Count >= _countMax;

    private ulong? Next => InBacklog is { } tree ? IsInBacklog | (ulong)tree : IsAtEnd ? null : IsInIndex | Cursor;

    protected override void Meet(TaskRecord task, TaskLedger ledger, DateTimeOffset now) => _tasks.Add(_views.Summary(task));

    protected override void Meet(in TaskRow root, TaskLedger ledger, DateTimeOffset now) => _tasks.Add(_views.Summary(in root));
}
