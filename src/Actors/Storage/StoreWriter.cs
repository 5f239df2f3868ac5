using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Event;

namespace Actors.Storage;

/// <summary>
/// The one who writes to the store: on a thread of its own, which alone waits for the disk. A commit that fails is tried until it stands there or another
/// process has taken the store over; whether it stands there is read, never guessed.
/// </summary>
internal sealed class StoreWriter : UntypedActor, IWithTimers, IWithUnboundedStash
{
    private const string RetryTimer = "retry";
    private const string PruneTimer = "prune";

    private readonly ITaskStore _store;
    private readonly StoreSettings _settings;
    private readonly IActorRef _coordinator;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private StoreBatch? _uncertain; // not known to stand in the store
    private DateTimeOffset? _awaySince;
    private TimeSpan _rest;
    private long _pruneFrom;

    public StoreWriter(ITaskStore store, StoreSettings settings, IActorRef coordinator)
    {
        _store = store;
        _settings = settings;
        _coordinator = coordinator;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    private static DateTimeOffset Now => Context.System.Scheduler.Now;

    public static Props Props(ITaskStore store, StoreSettings settings, IActorRef coordinator) =>
        Akka.Actor.Props.Create(() => new StoreWriter(store, settings, coordinator));

    protected override void PreStart() => Timers.StartPeriodicTimer(PruneTimer, PruneOld.Instance, _settings.Retention.Interval);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a store throws: it is away until it answers again.")]
    protected override void OnReceive(object message)
    {
        if (_awaySince is not null && message is not (TryAgain or PruneOld))
        {
            Stash.Stash();
            return;
        }

        try
        {
            switch (message)
            {
                case Commit commit:
                    _uncertain = commit.Batch;
                    _store.Commit(commit.Batch);
                    Back();
                    break;
                case TryAgain:
                    var last = _store.Reconnect();
                    if (last < _uncertain?.Number)
                    {
                        _store.Commit(_uncertain);
                    }

                    Back();
                    break;
                case FindRoots find:
                    _coordinator.Tell(new FoundRoots(find.Ids, RootsOf(find.Ids)));
                    break;
                case ReadRoots read:
                    _coordinator.Tell(new RootsRead(read, _store.ReadRoots(read.Window)));
                    break;
                case ReadTree read:
                    var isThere = _store.FindRoots([TreeRetry.RootOf(read.Root, read.Task)]).Count > 0;
                    _coordinator.Tell(new TreeRead(read, isThere ? [] : _store.ReadTree(read.Root), isThere));
                    break;
                case ReadInbox read:
                    var rows = _store.ReadInbox(read.CountMax);
                    _coordinator.Tell(new InboxRead(rows, rows.Count == 0 ? [] : [.. RootsOf([.. rows.Select(static row => row.Id)]).Keys]));
                    break;
                case Control.ReadAudit read:
                    read.Entries.Set([.. _store.ReadAudit(read.Before, read.CountMax).Select(Control.AuditTrail.EntryOf)]);
                    break;
                case PruneOld when _awaySince is null:
                    Prune();
                    break;
            }
        }
        catch (StoreException lost)
        {
            _coordinator.Tell(new StoreLost(lost)); // taken over, or damaged: trying again would not help
            Context.Stop(Self);
        }
        catch (Exception away)
        {
            WaitFor(message, away);
        }
    }

    protected override void PostStop() => _store.Dispose();

    private Dictionary<TaskId, TaskRow> RootsOf(IReadOnlyList<TaskId> ids) => _store.FindRoots(ids).ToDictionary(static row => row.Id);

    private void Back()
    {
        if (_awaySince is { } since)
        {
            _log.Warning("The store {Store} is back after {Away}: the engine goes on where it was", _store.Name, Now - since);
            _awaySince = null;
            _rest = TimeSpan.Zero;
        }

        // A question that failed says nothing of the batch behind it, which is in the stash.
        _coordinator.Tell(_uncertain is { } batch ? new Committed(batch.Number) : StoreBack.Instance);
        _uncertain = null;
        Stash.UnstashAll();
    }

    private void WaitFor(object message, Exception away)
    {
        if (_awaySince is null)
        {
            _awaySince = Now;
            if (message is not (Commit or PruneOld))
            {
                Stash.Stash(); // a question is asked again when the store answers; pruning comes again by itself
            }

            _log.Error(away, "The store {Store} does not answer: {Cause}. What has ended waits, nothing new begins, and it is tried until it answers", _store.Name, away.Message);
        }

        _coordinator.Tell(new StoreAway(away));
        _rest = _rest == TimeSpan.Zero ? _settings.RetryMin : _rest * 2 < _settings.RetryMax ? _rest * 2 : _settings.RetryMax;
        Timers.StartSingleTimer(RetryTimer, TryAgain.Instance, _rest);
    }

    /// <summary>A little at a time, between commits: what is deleted now is not more than what a commit writes.</summary>
    private void Prune()
    {
        var now = DateTimeOffset.UtcNow.UtcTicks;
        var rule = new PruneRule(now - _settings.Retention.Succeeded.Ticks, now - _settings.Retention.Failed.Ticks, _pruneFrom);
        var step = _store.Prune(rule, _settings.Retention.RowsMax);
        if (step.Trees > 0)
        {
            _log.Info("Deleted {Trees} finished tree(s), {Rows} row(s), from the store", step.Trees, step.Rows);
        }

        _pruneFrom = Math.Max(0, step.Next);
        if (step.Next != TaskRow.None)
        {
            Self.Tell(PruneOld.Instance);
        }
    }
}
