using Actors.Ledger;
using Actors.Storage;

namespace Actors.Control;

/// <summary>What was done by hand: in the store, in the batch of what it led to; where there is none, the last of it in memory. Belongs to the coordinator.</summary>
internal sealed class AuditTrail(TaskLedger ledger)
{
    /// <summary>How much is remembered where there is no store.</summary>
    public const int EntriesMax = 1000;

    private readonly Queue<AuditEntry> _entries = new();
    private long _number;

    public void Add(DateTimeOffset at, string by, string action, string target, long count = 0, string? detail = null)
    {
        if (ledger.Journal is { } journal)
        {
            journal.Audit(new AuditRow(0, at.UtcTicks, by, action, target, count, detail));
            return;
        }

        _entries.Enqueue(new AuditEntry(++_number, at, by, action, target, count, detail));
        if (_entries.Count > EntriesMax)
        {
            _entries.Dequeue();
        }
    }

    /// <summary>Newest first; only what is in memory.</summary>
    public IReadOnlyList<AuditEntry> Read(long before, int countMax) => [.. _entries.Reverse().Where(entry => entry.Number < before).Take(countMax)];

    public static AuditEntry EntryOf(AuditRow row) =>
        new(row.Number, new DateTimeOffset(row.At, TimeSpan.Zero), row.Who, row.Action, row.Target, row.Count, row.Detail);
}
