using System.Text;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;
using Akka.Event;

namespace Actors.Schedules;

/// <summary>The coordinator's side of the schedules: what stands in the store, what is declared, and what is asked for at run time. Belongs to the coordinator.</summary>
internal sealed class Scheduling
{
    private const string Declaration = "declaration";

    private readonly TaskLedger _ledger;
    private readonly TaskCatalog _catalog;
    private readonly ScheduleBook _book;
    private readonly IReadOnlyDictionary<string, ScheduleDefinition> _declared;
    private readonly ILoggingAdapter _log;
    private DurableLedger? _durable;
    private List<(string Name, StoredSchedule Schedule)>? _stored;
    private bool _isStopped;

    public Scheduling(TaskLedger ledger, TaskCatalog catalog, IReadOnlyDictionary<string, ScheduleDefinition> declared, ILoggingAdapter log)
    {
        (_ledger, _catalog, _declared, _log) = (ledger, catalog, declared, log);
        _book = new ScheduleBook(ledger);
    }

    /// <summary>Begins; with a store, once its live trees are back: whether a tree is live decides whether its schedule fires.</summary>
    /// <param name="durable">The store's side; null where there is none.</param>
    /// <param name="now">The time.</param>
    public void Begin(DurableLedger? durable, DateTimeOffset now)
    {
        _durable = durable;
        if (durable is null)
        {
            Recovered(now);
        }
    }

    /// <summary>Before the first live tree comes back: what the store's schedules have fired is always loaded, since whether it is live decides about their next firing.</summary>
    /// <exception cref="StoreException">The store is damaged.</exception>
    public void KeepFired()
    {
        if (_stored is not null)
        {
            return;
        }

        _stored = [];
        foreach (var (key, value) in _durable?.Facts ?? [])
        {
            if (key.StartsWith(StoredSchedule.Prefix, StringComparison.Ordinal) && value is not null)
            {
                _stored.Add((key[StoredSchedule.Prefix.Length..], StoredSchedule.Read(key, value)));
            }
        }

        foreach (var (_, schedule) in _stored)
        {
            foreach (var text in schedule.Roots ?? [])
            {
                Keep(text);
            }

            Keep(schedule.Last?.Root); // the next firing looks at it where the policy is another one by then
        }

        void Keep(string? text)
        {
            if (TaskId.TryParse(text, out var root))
            {
                _ledger.Backlog?.Keep(root);
            }
        }
    }

    /// <summary>All live trees are back: begins with the store's schedules, then with what is declared where that has changed.</summary>
    /// <exception cref="StoreException">The store is damaged.</exception>
    public void Recovered(DateTimeOffset now)
    {
        KeepFired();
        foreach (var (name, schedule) in _stored!)
        {
            Restore(name, schedule);
        }

        foreach (var (name, definition) in _declared)
        {
            if (_book.DeclaredOf(name) != definition.Declared)
            {
                Set(name, definition, Declaration, now); // what was changed or removed at run time stays so until the declaration is another one
            }
        }

        _stored = [];
        LogFirings();
    }

    /// <summary>Fires nothing any more, and stays as it is: the engine stops.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>The earlier of a time and the next firing; null where there is neither. None while nothing may fire.</summary>
    public DateTimeOffset? Earlier(DateTimeOffset? other, DateTimeOffset now) =>
        MayFire(now) && _book.NextDue is { } firing && (other is null || firing < other) ? firing : other;

    /// <summary>Fires what is due.</summary>
    public void Tick(DateTimeOffset now)
    {
        if (MayFire(now))
        {
            _book.Fire(now);
            LogFirings();
        }
    }

    /// <summary>Does what is asked for, and answers once that is committed.</summary>
    public void Handle(IScheduleCommand command, DateTimeOffset now)
    {
        if (command is not ListSchedules && _isStopped)
        {
            command.Refuse(new EngineStoppedException("The engine is stopping, and its schedules stay as they are."));
        }
        else if (command is not ListSchedules && _durable?.Refusal(now) is { } refusal)
        {
            command.Refuse(refusal);
        }
        else if (_durable is null || !_durable.MustWait(command))
        {
            _ledger.Effects.Add(new Answered(Carry(command, now)));
            LogFirings(); // a pause, or other times, settle what was due before
        }
    }

    /// <summary>What would be refused from outside waits, and is late or missed then. Before the live trees are back nothing is known that might fire.</summary>
    private bool MayFire(DateTimeOffset now) => !_isStopped && _durable?.Refusal(now) is null;

    private void LogFirings()
    {
        foreach (var (name, fired, leftOut, overlapping) in _book.Fired)
        {
            if (leftOut > 0)
            {
                _log.Warning(
                    "Schedule {Schedule} left out {LeftOut} firing(s) that were missed, by its policy, and made up for {Fired}",
                    name, leftOut == DueOccurrences.CountMax ? $"{leftOut} or more" : $"{leftOut}", fired);
            }

            if (overlapping > 0)
            {
                _log.Info("Schedule {Schedule} left out {Overlapping} firing(s), since a tree of an earlier one is live", name, overlapping);
            }
        }

        _book.Fired.Clear();
    }

    private Action Carry(IScheduleCommand command, DateTimeOffset now)
    {
        switch (command)
        {
            case SetSchedule set:
                Set(set.Name, set.Definition, set.By, now);
                return () => set.Done.Set(true);
            case PauseSchedule pause when _book.TryFind(pause.Name, out var schedule):
                var isNew = pause.IsPaused ? _book.Pause(schedule, pause.By, now) : _book.Resume(schedule, now);
                if (isNew)
                {
                    Audit(pause.By, pause.IsPaused ? "pause-schedule" : "resume-schedule", pause.Name, 0, null, now);
                }

                return () => pause.Done.Set(isNew);
            case RemoveSchedule remove:
                var isThere = _book.TryFind(remove.Name, out var removed);
                if (isThere)
                {
                    _book.Remove(removed!, now);
                    Audit(remove.By, "remove-schedule", remove.Name, 0, null, now);
                }

                return () => remove.Done.Set(isThere);
            case FireSchedule fire when _book.TryFind(fire.Name, out var schedule):
                if (schedule.Definition.Type.Pool == TaskType.Nowhere)
                {
                    return () => fire.Refuse(new InvalidOperationException(schedule.Trouble));
                }

                _book.FireNow(schedule, fire.Root, fire.By, now);
                Audit(fire.By, "fire-schedule", fire.Name, 1, fire.Root.ToString(), now);
                return () => fire.Done.Set(true);
            case ListSchedules list:
                IReadOnlyList<ScheduleInfo> infos = [.. _book.Schedules.Where(schedule => list.Name is null || list.Name == schedule.Name).Select(schedule => InfoOf(schedule, list.NextCount, now))];
                return () => list.List.Set(infos);
            case PauseSchedule { Name: var name }:
                return () => command.Refuse(Unknown(name));
            case FireSchedule { Name: var name }:
                return () => command.Refuse(Unknown(name));
            default:
                throw new System.Diagnostics.UnreachableException($"{command}");
        }
    }

    private void Set(string name, ScheduleDefinition definition, string by, DateTimeOffset now)
    {
        if (definition.Declared is null)
        {
            definition = definition with { Declared = _declared.ContainsKey(name) ? _book.DeclaredOf(name) : null };
        }

        _book.Set(name, definition.When, setAt => ScheduleTimes.From(definition, setAt), now);
        Audit(by, "set-schedule", name, 0, $"{definition.When}: {definition.Type.Name}", now);
    }

    private void Restore(string name, StoredSchedule stored)
    {
        if (stored.IsRemoved)
        {
            _book.RestoreRemoved(name, stored);
            return;
        }

        var type = _catalog.TypeNamed(stored.Type);
        var (times, trouble) = TimesOf(name, stored);
        trouble ??= type.Pool == TaskType.Nowhere ? $"This program has no handler for its task type '{stored.Type}'. Register one, or remove the schedule."
            : stored.Declared is not null && !_declared.ContainsKey(name) ? "This program does not declare it any more. Declare it, set it anew at run time, or remove it."
            : null;
        var definition = new ScheduleDefinition(stored.When, times, type, null, Encoding.UTF8.GetBytes(stored.Payload ?? ""), stored.ToOptions(), stored.Declared);
        var schedule = new ScheduleRecord(name, ScheduleTimes.From(definition, stored.SetAt))
        {
            SetAt = stored.SetAt,
            FiredUpTo = stored.FiredUpTo,
            Last = stored.Last,
            LastSkip = stored.LastSkip,
            PausedBy = stored.PausedBy,
            PausedAt = stored.PausedAt,
            Trouble = trouble,
        };
        schedule.Roots.AddRange((stored.Roots ?? []).Select(static text => TaskId.TryParse(text, out var root) ? root : default));
        _book.Restore(schedule);
        if (trouble is not null)
        {
            _log.Warning("Schedule {Schedule} rests: {Trouble}", name, trouble);
        }
    }

    /// <summary>This machine may not know the zone that another one knew.</summary>
    private static (IOccurrences? Times, string? Trouble) TimesOf(string name, StoredSchedule stored)
    {
        try
        {
            return (ScheduleTimes.Of(name, stored.When), null);
        }
        catch (ArgumentException exception)
        {
            return (null, exception.Message);
        }
    }

    private void Audit(string by, string action, string name, long count, string? detail, DateTimeOffset now)
    {
        _ledger.Journal?.Audit(new AuditRow(0, now.UtcTicks, by, action, name, count, detail));
        _log.Info("{Action} {Schedule} by {By}{Detail}", action, name, by, detail is null ? "" : $": {detail}");
    }

    private ArgumentException Unknown(string name) => new(
        $"There is no schedule '{name}'. {(_book.Schedules.Any() ? $"The schedules are {string.Join(", ", _book.Schedules.Select(static schedule => schedule.Name))}." : "There are none.")}");

    private static ScheduleInfo InfoOf(ScheduleRecord schedule, int nextCount, DateTimeOffset now)
    {
        var next = new List<DateTimeOffset>();
        var zone = schedule.Definition.When.Expression is null || schedule.Definition.Times is null
            ? TimeZoneInfo.Utc
            : TimeZoneInfo.FindSystemTimeZoneById(schedule.Definition.When.Zone);
        var from = schedule.IsActive ? schedule.FiredUpTo : Math.Max(schedule.FiredUpTo, now.UtcTicks);
        for (var at = from; next.Count < nextCount && schedule.Definition.Times?.After(at) is { } following; at = following)
        {
            next.Add(TimeZoneInfo.ConvertTime(new DateTimeOffset(following, TimeSpan.Zero), zone));
        }

        return new ScheduleInfo
        {
            Name = schedule.Name,
            Schedule = schedule.Definition.When,
            TaskType = schedule.Definition.Type.Name,
            Options = schedule.Definition.Options,
            IsDeclared = schedule.Definition.Declared is not null,
            PausedBy = schedule.PausedBy,
            PausedAt = schedule.PausedBy is null ? null : Utc(schedule.PausedAt),
            Trouble = schedule.Trouble,
            Next = next,
            Last = schedule.Last is { } last && TaskId.TryParse(last.Root, out var root) ? new ScheduleFiring(Utc(last.At), Utc(last.FiredAt), root, last.By) : null,
            LastSkip = schedule.LastSkip is { } skip ? new ScheduleSkip(Utc(skip.At), skip.Reason) : null,
        };
    }

    private static DateTimeOffset Utc(long ticks) => new(ticks, TimeSpan.Zero);
}
