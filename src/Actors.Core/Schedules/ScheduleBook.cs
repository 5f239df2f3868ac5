using System.Diagnostics.CodeAnalysis;
using Actors.Ledger;
using Actors.Storage;

namespace Actors.Schedules;

/// <summary>
/// The schedules of a partition. Fires what is due: the root of a firing is submitted in the same step in which the schedule's fact says that its occurrence is
/// decided, so that no crash comes between them. Deterministic: time is passed in. One thread at a time.
/// </summary>
internal sealed class ScheduleBook(TaskLedger ledger)
{
    /// <summary>How long a removed name is remembered.</summary>
    private const long RemovedFor = 30 * TimeSpan.TicksPerDay;

    private readonly Dictionary<string, ScheduleRecord> _schedules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredSchedule> _removed = new(StringComparer.Ordinal);
    private readonly SortedSet<(long At, string Name)> _next = new(Comparer<(long At, string Name)>.Create(
        static (left, right) => left.At != right.At ? left.At.CompareTo(right.At) : string.CompareOrdinal(left.Name, right.Name)));

    /// <summary>What firing led to, for the log. The reader clears it.</summary>
    public List<Firings> Fired { get; } = [];

    /// <summary>When <see cref="Fire(DateTimeOffset)"/> is to be called next; null where nothing fires any more.</summary>
    public DateTimeOffset? NextDue => _next.Count == 0 ? null : new DateTimeOffset(_next.Min.At, TimeSpan.Zero);

    /// <summary>All, by name.</summary>
    public IEnumerable<ScheduleRecord> Schedules => _schedules.Values.OrderBy(static schedule => schedule.Name, StringComparer.Ordinal);

    public bool TryFind(string name, [NotNullWhen(true)] out ScheduleRecord? schedule) => _schedules.TryGetValue(name, out schedule);

    /// <summary>The mark of the declaration that a name had last, even if it was removed since; null where it had none.</summary>
    public string? DeclaredOf(string name) =>
        _schedules.TryGetValue(name, out var schedule) ? schedule.Definition.Declared : _removed.GetValueOrDefault(name)?.Declared;

    /// <summary>A schedule comes back from a store.</summary>
    public void Restore(ScheduleRecord schedule)
    {
        _schedules.Add(schedule.Name, schedule);
        Arm(schedule);
    }

    /// <summary>That a schedule was removed comes back from a store.</summary>
    public void RestoreRemoved(string name, StoredSchedule removed) => _removed.Add(name, removed);

    /// <summary>
    /// A schedule is new, or another one from now on. Where its times change, what fell due before is settled by the old ones, and the new ones count from now.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Makes its definition; gets the UTC ticks from which intervals without a beginning of their own are counted.</param>
    /// <param name="when">Its times.</param>
    /// <param name="now">The time.</param>
    public ScheduleRecord Set(string name, Schedule when, Func<long, ScheduleDefinition> make, DateTimeOffset now)
    {
        if (!_schedules.TryGetValue(name, out var schedule))
        {
            schedule = new ScheduleRecord(name, make(now.UtcTicks)) { SetAt = now.UtcTicks, FiredUpTo = now.UtcTicks };
            if (_removed.Remove(name, out var before))
            {
                schedule.FiredUpTo = Math.Max(schedule.FiredUpTo, before.FiredUpTo);
            }

            _schedules.Add(name, schedule);
        }
        else if (schedule.Definition.When == when)
        {
            schedule.Definition = make(schedule.SetAt);
        }
        else
        {
            var times = schedule.Definition.Times;
            schedule.Definition = make(now.UtcTicks);
            schedule.SetAt = now.UtcTicks;
            if (schedule.IsActive && times is not null)
            {
                Fire(schedule, times, now);
            }

            schedule.FiredUpTo = Math.Max(schedule.FiredUpTo, now.UtcTicks);
        }

        schedule.Trouble = null;
        if (schedule.Definition.Options.Overlap == OverlapPolicy.Allow)
        {
            schedule.Roots.Clear();
        }
        else if (schedule is { Roots.Count: 0, Last: { } last } && TaskId.TryParse(last.Root, out var root))
        {
            schedule.Roots.Add(root); // its trees may overlap no longer: the last one is looked at from now on
        }

        Changed(schedule);
        return schedule;
    }

    /// <summary>Fires nothing from now on. What is due is fired before.</summary>
    /// <returns>Whether it was not paused already.</returns>
    public bool Pause(ScheduleRecord schedule, string by, DateTimeOffset now)
    {
        if (schedule.PausedBy is not null)
        {
            return false;
        }

        if (schedule.IsActive)
        {
            Fire(schedule, schedule.Definition.Times!, now);
        }

        (schedule.PausedBy, schedule.PausedAt) = (by, now.UtcTicks);
        Changed(schedule);
        return true;
    }

    /// <summary>Goes on with the next occurrence: what fell into the pause was not to be.</summary>
    /// <returns>Whether it was paused.</returns>
    public bool Resume(ScheduleRecord schedule, DateTimeOffset now)
    {
        if (schedule.PausedBy is null)
        {
            return false;
        }

        (schedule.PausedBy, schedule.PausedAt) = (null, 0);
        schedule.FiredUpTo = Math.Max(schedule.FiredUpTo, now.UtcTicks);
        Changed(schedule);
        return true;
    }

    /// <summary>Forgets a schedule, but for how far it had come: one of the same name, on a clock that was set back, repeats nothing.</summary>
    public void Remove(ScheduleRecord schedule, DateTimeOffset now)
    {
        Disarm(schedule);
        _schedules.Remove(schedule.Name);
        var removed = new StoredSchedule { IsRemoved = true, FiredUpTo = Math.Max(schedule.FiredUpTo, now.UtcTicks), Declared = schedule.Definition.Declared };
        _removed.Add(schedule.Name, removed);
        ledger.Journal?.SetFact(StoredSchedule.Prefix + schedule.Name, removed.Write());
        foreach (var (name, old) in _removed.Where(old => old.Value.Declared is null && old.Value.FiredUpTo < now.UtcTicks - RemovedFor).ToArray())
        {
            _removed.Remove(name);
            ledger.Journal?.SetFact(StoredSchedule.Prefix + name, null);
        }
    }

    /// <summary>Fires out of turn, whatever the schedule's times, its pause and its overlap policy say.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="root">The root's id.</param>
    /// <param name="by">Who asked for it.</param>
    /// <param name="now">The time.</param>
    public void FireNow(ScheduleRecord schedule, TaskId root, string by, DateTimeOffset now)
    {
        Submit(schedule, root, new StoredFiring(now.UtcTicks, now.UtcTicks, root.ToString(), by), now);
        Changed(schedule);
    }

    /// <summary>Fires all that is due.</summary>
    public void Fire(DateTimeOffset now)
    {
        while (_next.Count > 0 && _next.Min.At <= now.UtcTicks)
        {
            var schedule = _schedules[_next.Min.Name];
            Fire(schedule, schedule.Definition.Times!, now);
            Changed(schedule);
        }
    }

    /// <summary>Rests or goes on as its record says by now.</summary>
    public void Arm(ScheduleRecord schedule)
    {
        Disarm(schedule);
        schedule.Next = schedule.Definition.Times?.After(schedule.FiredUpTo);
        if (schedule is { IsActive: true, Next: { } next })
        {
            _next.Add((next, schedule.Name));
        }
    }

    private void Disarm(ScheduleRecord schedule)
    {
        if (schedule.Next is { } next)
        {
            _next.Remove((next, schedule.Name));
        }
    }

    private void Changed(ScheduleRecord schedule)
    {
        Arm(schedule);
        ledger.Journal?.SetFact(StoredSchedule.Prefix + schedule.Name, schedule.ToStored().Write());
    }

    private void Fire(ScheduleRecord schedule, IOccurrences times, DateTimeOffset now)
    {
        if (DueOccurrences.Find(times, schedule.FiredUpTo, now.UtcTicks, schedule.Definition.Options) is not { } due)
        {
            return;
        }

        schedule.FiredUpTo = due.UpTo;
        if (due.LeftOut > 0)
        {
            schedule.LastSkip = new StoredSkip(due.UpTo, "missed");
        }

        var overlapping = 0;
        foreach (var occurrence in due.Firing)
        {
            if (IsHeldUp(schedule))
            {
                overlapping++;
                schedule.LastSkip = new StoredSkip(occurrence, "overlap");
                continue;
            }

            var root = TaskId.Occurrence(schedule.Name, occurrence);
            Submit(schedule, root, new StoredFiring(occurrence, now.UtcTicks, root.ToString(), null), now);
        }

        Fired.Add(new Firings(schedule.Name, due.Firing.Count - overlapping, due.LeftOut, overlapping));
    }

    /// <summary>Whether a tree of an earlier firing is live, and must not be joined by another.</summary>
    private bool IsHeldUp(ScheduleRecord schedule)
    {
        if (schedule.Definition.Options.Overlap == OverlapPolicy.Allow)
        {
            return false;
        }

        schedule.Roots.RemoveAll(root => ledger.FindTree(root) is null);
        return schedule.Roots.Count > 0;
    }

    private void Submit(ScheduleRecord schedule, TaskId root, StoredFiring firing, DateTimeOffset now)
    {
        var definition = schedule.Definition;
        ledger.Submit(
            new TaskRecord(root, definition.Type, definition.Message, null, definition.Options.Task)
            {
                Stored = definition.Payload is { } payload ? new StoredTask(payload) : null,
            },
            null,
            now,
            isKept: true); // whether it is live is asked when the next one is due
        schedule.Last = firing;
        if (definition.Options.Overlap == OverlapPolicy.Skip)
        {
            schedule.Roots.Add(root);
        }
    }
}

/// <summary>What a schedule did when its time had come.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fired">How many trees it started.</param>
/// <param name="LeftOut">How many firings were missed and are not made up for; see <see cref="DueOccurrences.LeftOut"/>.</param>
/// <param name="Overlapping">How many were left out since an earlier tree was live.</param>
internal sealed record Firings(string Name, int Fired, int LeftOut, int Overlapping);
