using Actors.Client;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;
using Akka.Actor;
using Akka.Event;

namespace Actors.Coordination;

/// <summary>
/// The coordinator's side of the store: brings live trees back, holds what a step led to until it is committed, and asks the store about roots that are not
/// live. Belongs to the coordinator.
/// </summary>
internal sealed class DurableLedger
{
    private const int InboxMax = 1000;
    private const string InboxTimer = "inbox";

    private readonly TaskLedger _ledger;
    private readonly TaskCatalog _catalog;
    private readonly OpenedStore _opened;
    private readonly Journal _journal;
    private readonly CommitQueue _commits;
    private readonly ILoggingAdapter _log;
    private readonly IActorRef _writer;
    private readonly IActorRef _reader;
    private readonly RootQuestions _questions;
    private readonly List<object> _stashed = [];
    private readonly List<ReadRoots> _unread = [];
    private readonly DateTimeOffset _startedAt;
    private readonly TreeRetries _retries;
    private Recovery? _recovery;
    private bool _isInboxAsked;
    private bool _isInboxUnasked;

    public DurableLedger(TaskLedger ledger, TaskCatalog catalog, OpenedStore opened, string dispatcher, IActorContext context, ITimerScheduler timers, ILoggingAdapter log)
    {
        _ledger = ledger;
        _catalog = catalog;
        _opened = opened;
        _log = log;
        _journal = ledger.Journal = new Journal(ledger, opened.Opening.NextTree);
        _commits = new CommitQueue(ledger, _journal);
        _retries = new TreeRetries(ledger, catalog, _journal);
        _questions = new RootQuestions(ledger, _journal);
        ledger.Backlog = opened.Settings.LoadedMax is { } max ? new Backlog(ledger, _journal, catalog.TypeNamed, max) : null;
        _recovery = new Recovery(ledger, catalog.TypeNamed, ledger.Backlog);
        ledger.Sequences.BeginReturn();
        ledger.Uniques.BeginReturn(opened.Opening.Facts, catalog.TypeNamed);
        _startedAt = context.System.Scheduler.Now;
        _writer = context.ActorOf(StoreWriter.Props(opened.Store, opened.Settings, context.Self).WithDispatcher(dispatcher), "store-writer~");
        _reader = context.ActorOf(StoreReader.Props(opened, context.Self).WithDispatcher(dispatcher), "store-reader~");
        _reader.Tell(ReadOn.Instance);
        timers.StartPeriodicTimer(InboxTimer, InboxDue.Instance, opened.Settings.InboxInterval);
    }

    /// <summary>Why the store is lost to this process; null while it is not.</summary>
    public Exception? Lost { get; private set; }

    /// <summary>For messages: which store.</summary>
    public string Name => _opened.Store.Name;

    /// <summary>Whether live trees are still being read.</summary>
    public bool IsRecovering => _recovery is not null;

    /// <summary>What was set at run time, as it stood in the store when it was opened.</summary>
    public IReadOnlyList<FactRow> Facts => _opened.Opening.Facts;

    /// <summary>What was done by hand is read from the store, behind all that has been sent there.</summary>
    public void Read(Control.ReadAudit audit) => _writer.Tell(audit);

    /// <summary>Whether all that has happened stands in the store.</summary>
    public bool IsSettled => _journal.IsEmpty && _commits.UnderWay is null;

    /// <summary>What of the store is told with the progress.</summary>
    public StoreProgress Progress(DateTimeOffset now) => new(_opened.Store.Name, _recovery is not null, AwaySince is { } since ? now - since : null, _ledger.Backlog?.Away ?? 0);

    private DateTimeOffset? AwaySince { get; set; }

    /// <summary>What may leave now. Carried out before anything else is asked of this.</summary>
    public IReadOnlyList<LedgerEffect> Step()
    {
        var released = _commits.Step(out var batch);
        if (batch is not null)
        {
            _writer.Tell(new Commit(batch));
        }

        if (batch is not null || _journal.IsEmpty)
        {
            Ask(); // behind the batch: so the answer knows all that has ended before
        }

        return released;
    }

    /// <summary>That batch stands in the store: what it held back leaves with the next step.</summary>
    public void Committed(long number)
    {
        AwaySince = null;
        _commits.Committed(number);
    }

    /// <summary>What stands in the store, and nobody has heard of yet.</summary>
    public IReadOnlyList<LedgerEffect> TakeCommitted() => _commits.TakeCommitted();

    /// <summary>The store answers again. It says nothing of the batch that is on its way.</summary>
    public void Back() => AwaySince = null;

    /// <summary>What waits for a commit that will never be.</summary>
    public IReadOnlyList<LedgerEffect> Abandon() => _commits.Abandon();

    /// <summary>The store does not answer.</summary>
    public void Away(DateTimeOffset now) => AwaySince ??= now;

    /// <summary>It never will again.</summary>
    public void Lose(Exception cause) => Lost ??= cause;

    /// <summary>Keeps a message until all live trees are back.</summary>
    /// <returns>Whether they are not.</returns>
    public bool MustWait(object message)
    {
        if (_recovery is null)
        {
            return false;
        }

        _stashed.Add(message);
        return true;
    }

    /// <summary>Rows of live trees.</summary>
    /// <param name="read">The rows; none when all are back.</param>
    /// <param name="now">The time.</param>
    /// <param name="recovered">What is done then, before the messages that waited.</param>
    /// <returns>The messages that waited for the last of them.</returns>
    /// <exception cref="StoreException">The store is damaged.</exception>
    public IReadOnlyList<object> Recover(RowsRead read, DateTimeOffset now, Action<DateTimeOffset> recovered)
    {
        var recovery = _recovery!;
        if (read.Count > 0)
        {
            _reader.Tell(ReadOn.Instance);
            recovery.Add(read.Rows.AsSpan(0, read.Count), now);
            return [];
        }

        recovery.Finish(now);
        _recovery = null;
        if (recovery.Trees != _opened.Opening.LiveTrees)
        {
            throw new StoreException(
                $"The store {_opened.Store.Name} is damaged: it counts {_opened.Opening.LiveTrees} live tree(s), and {recovery.Trees} stand there. 'actors store verify' tells more.");
        }

        if (recovery.Tasks > 0 || _opened.Opening.Epoch > 1)
        {
            _log.Info(
                "{Trees} live tree(s) with {Tasks} live task(s) came back from {Store} in {Duration}; {Suspects} of them were running when it was left",
                recovery.Trees, recovery.Tasks, _opened.Store.Name, now - _startedAt, _opened.Opening.Suspects);
        }

        foreach (var (name, count) in recovery.Unknown)
        {
            _log.Error(
                "The store holds {Count} live task(s) of type {TaskType}, and this program has no handler for it: they are kept and not run. "
                + "Register one, or give a type that was renamed its former name", count, name);
        }

        recovered(now);
        var stashed = _stashed.ToArray();
        _stashed.Clear();
        return stashed;
    }

    /// <summary>Answers once what has happened so far is committed.</summary>
    public void Answer(Action answer) => _ledger.Effects.Add(new Answered(answer));

    /// <summary>Whether something from outside may come in now.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Why not; null where it may.</returns>
    public StoreException? Refusal(DateTimeOffset now) => AwaySince is { } since && _commits.Held >= _opened.Settings.WaitingMax
        ? new StoreException(
            $"The store {_opened.Store.Name} has not answered for {(now - since).TotalSeconds:0} s, and {_commits.Held} answer(s) wait for it: nothing more is taken from outside until it does. Submit again later, with a key.")
        : null;

    /// <summary>Asks the store about a root that is not live.</summary>
    /// <param name="id">The root.</param>
    /// <param name="found">What to do when it stands there, live trees aside; gets its row.</param>
    /// <param name="absent">What to do when it does not, or is live meanwhile.</param>
    /// <param name="waiting">What to do when it waits in the store alone; null where it is to be loaded, and is live then.</param>
    public void Ask(TaskId id, Action<TaskRow> found, Action absent, Action<TaskRow>? waiting = null) => _questions.Ask(id, found, absent, waiting);

    /// <summary>Whether a task may be a root that waits in the store alone. It is loaded if it is.</summary>
    /// <param name="id">The task.</param>
    /// <param name="then">What to do where it may be, once that is known.</param>
    public bool IsElsewhere(TaskId id, Action then)
    {
        if (_ledger.Backlog is not { Away: > 0 } || _ledger.Knows(id) || _ledger.FindTree(id) is not null)
        {
            return false;
        }

        Ask(id, _ => then(), then);
        return true;
    }

    /// <summary>Asks the store for live roots from a tree on.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="then">What to do with those that wait there, and where to go on; null at the end.</param>
    public void ReadBacklog(long tree, Action<IEnumerable<TaskRow>, long?, DateTimeOffset> then)
    {
        var backlog = _ledger.Backlog!;
        var window = backlog.WindowFrom(tree);
        _unread.Add(new ReadRoots(window, (rows, now) => then(
            rows.Where(row => backlog.IsWaiting(in row)), window.After(rows) < window.Before ? window.After(rows) : null, now)));
    }

    /// <summary>The store's answer.</summary>
    public void Answer(FoundRoots answer) => _questions.Answer(answer.Ids, answer.Rows);

    /// <summary>Somebody wants what failed in an ended tree to run again.</summary>
    public void Retry(RetryTree retry)
    {
        if (!MustWait(retry))
        {
            _retries.Ask(retry);
        }
    }

    /// <summary>That tree has been read.</summary>
    public void Retry(TreeRead read, DateTimeOffset now) => _retries.Retry(read, Answer, now);

    /// <summary>It is time to look into the inbox.</summary>
    public void LookIntoInbox() => _isInboxUnasked = true;

    /// <summary>Tasks that were enqueued in the transactions of others become roots.</summary>
    public void Accept(InboxRead inbox, DateTimeOffset now)
    {
        _isInboxAsked = false;
        foreach (var row in inbox.Rows)
        {
            if (_journal.HasEnded(row.Id))
            {
                continue; // comes again
            }

            if (!inbox.Known.Contains(row.Id) && _ledger.FindTree(row.Id) is null)
            {
                var root = new TaskRecord(row.Id, _catalog.TypeNamed(row.Type), null, null, row.Options is null ? null : StoreJson.ReadOptions(row.Options))
                {
                    Stored = new StoredTask(row.Payload),
                };
                _ledger.Submit(root, null, now);
            }

            _journal.Take(row.Number);
        }

        _isInboxUnasked |= inbox.Rows.Count == InboxMax;
    }

    private void Ask()
    {
        if (_questions.TakeUnasked() is { } ids)
        {
            _writer.Tell(new FindRoots(ids));
        }

        if (_ledger.Backlog is { } backlog && backlog.TakeQuestion() is { } window)
        {
            _writer.Tell(new ReadRoots(window, (rows, now) => backlog.Answer(window, rows, now)));
        }

        _unread.ForEach(read => _writer.Tell(read));
        _unread.Clear();
        foreach (var read in _retries.TakeUnread())
        {
            _writer.Tell(read);
        }

        if (_isInboxUnasked && !_isInboxAsked && _recovery is null)
        {
            (_isInboxAsked, _isInboxUnasked) = (true, false);
            _writer.Tell(new ReadInbox(InboxMax));
        }
    }
}

/// <summary>An answer to somebody outside, held back like every other effect.</summary>
internal sealed class Answered(Action answer) : LedgerEffect
{
    public void Give() => answer();
}
