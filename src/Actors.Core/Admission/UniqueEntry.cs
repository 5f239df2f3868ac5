using Actors.Ledger;

namespace Actors.Admission;

/// <summary>The task that has a key for itself, and those that end as it does.</summary>
internal sealed class UniqueEntry(TaskRecord task, string key, long bornTicks)
{
    /// <summary>Who runs; another one once it has been replaced.</summary>
    public TaskRecord Task { get; set; } = task;

    public string Key { get; } = key;

    /// <summary>When that became real.</summary>
    public long BornTicks { get; set; } = bornTicks;

    /// <summary>Who ends as it does. What was cancelled stays here.</summary>
    public List<TaskRecord>? Attached { get; set; }
}
