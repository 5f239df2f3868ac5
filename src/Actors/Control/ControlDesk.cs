using Actors.Client;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;
using Akka.Actor;

namespace Actors.Control;

/// <summary>Does what people at the controls ask for, and writes it down. Belongs to the coordinator: each message is one short step.</summary>
internal sealed class ControlDesk
{
    private const string PauseFact = "pause/";

    private readonly TaskLedger _ledger;
    private readonly TaskCatalog _catalog;
    private readonly DurableLedger? _durable;
    private readonly AuditTrail _audit;
    private readonly TaskViews _views;
    private readonly IActorRef _self;

    /// <param name="ledger">The ledger.</param>
    /// <param name="catalog">The types.</param>
    /// <param name="durable">The side of the store; null where there is none.</param>
    /// <param name="self">The coordinator.</param>
    /// <param name="draining">How the engine stops, if it does.</param>
    public ControlDesk(TaskLedger ledger, TaskCatalog catalog, DurableLedger? durable, IActorRef self, Func<DrainMode?> draining)
    {
        (_ledger, _catalog, _durable, _self) = (ledger, catalog, durable, self);
        _views = new TaskViews(ledger, catalog, durable, draining);
        _audit = new AuditTrail(ledger);
        foreach (var fact in durable?.Facts ?? [])
        {
            Restore(fact);
        }
    }

    public void Handle(ControlMessage message, DateTimeOffset now)
    {
        switch (message)
        {
            case ChangePause { Scope: PauseScope.Tree } change when _durable is not null && _durable.MustWait(change):
                break; // the tree may not be back yet
            case ChangePause { Scope: PauseScope.Tree } change when _durable is not null && _durable.IsElsewhere(change.Tree, () => Change(change, now)):
                break; // comes back first
            case ChangePause change:
                Change(change, now);
                break;
            case CancelChosen or ListTasks or ShowTask when _durable is not null && _durable.MustWait(message):
                break; // likewise
            case CancelChosen cancel:
                Cancel(cancel, now);
                break;
            case ListTasks list when Choose(list.Filter, list.Done, now) is { } choice:
                _ledger.WhenAllIsKnown(() => Go(new ListSweep(choice, list.From, list.CountMax, _views, list.Done), now));
                break;
            case ListTasks:
                break; // has been refused
            case TaskSweep sweep:
                Go(sweep, now);
                break;
            case ShowTask show:
                _views.Show(show);
                break;
            case ExplainTask explain:
                _views.Explain(explain, now);
                break;
            case ReadAudit read when _durable is not null:
                _durable.Read(read);
                break;
            case ReadAudit read:
                read.Entries.Set(_audit.Read(read.Before, read.CountMax));
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{message}");
        }
    }

    private void Change(ChangePause change, DateTimeOffset now)
    {
        var pause = new Pause(change.By, now);
        bool isChanged;
        string target;
        switch (change.Scope)
        {
            case PauseScope.Pool:
                if (_ledger.Pools.FirstOrDefault(pool => pool.Name == change.Name) is not { } pool)
                {
                    change.Changed.Fail(new ArgumentException($"There is no pool '{change.Name}'. The pools are {string.Join(", ", _ledger.Pools.Select(static pool => pool.Name))}."));
                    return;
                }

                target = $"pool/{pool.Name}";
                isChanged = change.IsPause ? _ledger.Pauses.Set(pool, pause) : Pauses.End(pool);
                Remember(target, isChanged, change.IsPause ? pause : null);
                break;
            case PauseScope.Type:
                if (_catalog.TypeNamed(change.Name) is not { Pool: not TaskType.Nowhere } type)
                {
                    change.Changed.Fail(new ArgumentException($"There is no task type '{change.Name}'. The types are {string.Join(", ", _catalog.Types.Select(static type => type.Name))}."));
                    return;
                }

                target = $"type/{type.Name}";
                isChanged = change.IsPause ? _ledger.Pauses.Set(type, pause) : _ledger.Pauses.End(type);
                Remember(target, isChanged, change.IsPause ? pause : null);
                break;
            default:
                target = $"tree/{change.Tree}";
                isChanged = _ledger.FindTree(change.Tree) is { } tree && (change.IsPause ? _ledger.Pauses.Set(tree, pause) : _ledger.Pauses.End(tree));
                break; // stands with the tree's counts
        }

        if (isChanged)
        {
            _audit.Add(now, change.By, change.IsPause ? "pause" : "resume", target);
        }

        // Paused means not started: workers that run ahead are asked first for what they have, and then the answer goes out.
        _ledger.WhenAllIsKnown(() => _ledger.Effects.Add(new Answered(() => change.Changed.Set(isChanged))));
    }

    /// <summary>Null where a name is unknown, and who asked has been told.</summary>
    private TaskChoice? Choose<T>(TaskFilter filter, Reply<T> reply, DateTimeOffset now)
    {
        try
        {
            return TaskChoice.Of(filter, _catalog, _ledger.Pools, now);
        }
        catch (ArgumentException exception)
        {
            reply.Fail(exception);
            return null;
        }
    }

    private void Cancel(CancelChosen cancel, DateTimeOffset now)
    {
        if (Choose(cancel.Filter, cancel.Done, now) is not { } choice)
        {
            return;
        }

        var sweep = new CancelSweep(choice, cancel.By, cancel.Done);
        if (choice.WholeTree is { } tree)
        {
            if (_durable?.IsElsewhere(tree, () => Cancel(cancel, now)) == true)
            {
                return;
            }

            var live = _ledger.FindTree(tree)?.Live ?? 0;
            _ledger.CancelTree(tree, now); // at once: what its running tasks would still spawn is reached too
            End(sweep, live, now);
            return;
        }

        _ledger.WhenAllIsKnown(() => Go(sweep, now)); // workers that run ahead have some that nobody else knows
    }

    /// <summary>A slice; the next one comes behind what has come meanwhile.</summary>
    private void Go(TaskSweep sweep, DateTimeOffset now)
    {
        if (!sweep.IsEnough && sweep.InBacklog is { } tree && _ledger.Backlog is { Away: > 0 } && sweep.Choice.MayBeReady)
        {
            _durable!.ReadBacklog(tree, (rows, next, at) =>
            {
                sweep.Go(rows, next, _ledger, at);
                Go(sweep, at);
            });
            return;
        }

        if (!sweep.Go(_ledger, now))
        {
            _self.Tell(sweep);
            return;
        }

        switch (sweep)
        {
            case CancelSweep cancel:
                End(cancel, cancel.Count, now);
                break;
            case ListSweep list:
                list.Done.Set(list.Page);
                break;
        }
    }

    private void End(CancelSweep cancel, long count, DateTimeOffset now)
    {
        _audit.Add(now, cancel.By, "cancel", cancel.Choice.Filter.ToString(), count);
        _ledger.Effects.Add(new Answered(() => cancel.Done.Set(count)));
    }

    /// <summary>So that the next process knows.</summary>
    private void Remember(string target, bool isChanged, Pause? pause)
    {
        if (isChanged)
        {
            _ledger.Journal?.SetFact(PauseFact + target, pause is null ? null : StoreJson.Write(pause));
        }
    }

    private void Restore(FactRow fact)
    {
        if (fact.Value is not { } value || fact.Key.Split('/', 3) is not [var kind, var scope, var name] || kind + "/" != PauseFact)
        {
            return;
        }

        switch (scope)
        {
            case "pool" when _ledger.Pools.FirstOrDefault(pool => pool.Name == name) is { } pool:
                _ledger.Pauses.Set(pool, StoreJson.ReadPause(value));
                break;
            case "type" when _catalog.TypeNamed(name) is { Pool: not TaskType.Nowhere } type:
                _ledger.Pauses.Set(type, StoreJson.ReadPause(value));
                break;
        }
    }
}
