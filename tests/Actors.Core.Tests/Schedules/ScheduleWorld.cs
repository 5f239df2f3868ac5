using Actors.Core.Tests.Ledger;
using Actors.Ledger;
using Actors.Schedules;
using Actors.Storage;

namespace Actors.Core.Tests.Schedules;

/// <summary>
/// A book of schedules with a ledger and a store that is a dictionary: what a batch holds becomes real when it is committed, and a crash goes back to that.
/// </summary>
internal sealed class ScheduleWorld
{
    public const string Name = "hourly";

    private readonly Dictionary<string, byte[]> _facts = new(StringComparer.Ordinal);
    private long _batches;

    public ScheduleWorld()
    {
        Type = new TaskType<int>(0, "work", 0);
        (Ledger, Book) = Begin();
    }

    public TaskType Type { get; }

    public TaskLedger Ledger { get; private set; }

    public ScheduleBook Book { get; private set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The roots of all trees that were committed, in order.</summary>
    public List<TaskId> Committed { get; } = [];

    public ScheduleRecord Scheduled => Book.TryFind(Name, out var schedule) ? schedule : throw new InvalidOperationException("There is none.");

    public ScheduleRecord Set(ScheduleOptions? options = null, TimeSpan? interval = null, string name = Name) =>
        Set(Actors.Schedule.Every(interval ?? TimeSpan.FromHours(1)), options, name);

    public ScheduleRecord Set(Schedule when, ScheduleOptions? options, string name = Name) => Book.Set(
        name, when, setAt => new ScheduleDefinition(when, TimesOf(when, setAt), Type, new Job("x"), "{}"u8.ToArray(), options ?? new ScheduleOptions(), null), Now);

    /// <summary>Fires what is due.</summary>
    public void Fire(TimeSpan after = default)
    {
        Now += after;
        if (Book.NextDue <= Now)
        {
            Book.Fire(Now);
        }
    }

    /// <summary>What happened is committed, as one batch.</summary>
    public StoreBatch Commit()
    {
        var batch = Ledger.Journal!.TakeBatch();
        Assert.Equal(++_batches, batch.Number);
        foreach (var (key, value) in batch.Facts)
        {
            if (value is null)
            {
                _facts.Remove(key);
            }
            else
            {
                _facts[key] = value;
            }
        }

        Committed.AddRange(batch.Added.Where(static row => row.Number == 0).Select(static row => row.Id));
        return batch;
    }

    /// <summary>All that was not committed is gone, and the schedules come back from what was. Trees are forgotten.</summary>
    public void Crash()
    {
        _batches = 0;
        (Ledger, Book) = Begin();
        foreach (var (key, json) in _facts)
        {
            var name = key[StoredSchedule.Prefix.Length..];
            var stored = StoredSchedule.Read(key, json);
            if (stored.IsRemoved)
            {
                Book.RestoreRemoved(name, stored);
                continue;
            }

            var definition = new ScheduleDefinition(
                stored.When, TimesOf(stored.When, stored.SetAt), Type, null, System.Text.Encoding.UTF8.GetBytes(stored.Payload!), stored.ToOptions(), stored.Declared);
            Book.Restore(new ScheduleRecord(name, definition)
            {
                SetAt = stored.SetAt,
                FiredUpTo = stored.FiredUpTo,
                Last = stored.Last,
                LastSkip = stored.LastSkip,
                PausedBy = stored.PausedBy,
                PausedAt = stored.PausedAt,
            });
        }
    }

    public void EndTree(TaskId root) => Assert.True(Ledger.CancelTree(root, Now));

    private static EqualIntervals TimesOf(Schedule when, long setAt) => new(when.From?.UtcTicks ?? setAt, when.Interval!.Value.Ticks);

    private (TaskLedger Ledger, ScheduleBook Book) Begin()
    {
        var ledger = new TaskLedger(new LedgerSettings(), ["default"], 1);
        ledger.Journal = new Journal(ledger, 1);
        return (ledger, new ScheduleBook(ledger));
    }
}
