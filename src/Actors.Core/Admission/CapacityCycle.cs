using Actors.Ledger;

namespace Actors.Admission;

/// <summary>
/// All permits of a key are held by running tasks whose own descendants wait for one: should each of them wait for those, none goes on. To be logged. Joins cannot
/// bring it about, since a task that joins holds no permit; what is spawned early can.
/// </summary>
internal sealed class CapacityCycle(Permits permits, TaskRecord[] holders, TaskRecord waiting) : LedgerEffect
{
    /// <summary>A handler that is farther up is not looked for.</summary>
    private const int AncestorsMax = 256;

    public Permits Permits { get; } = permits;

    public IReadOnlyList<TaskRecord> Holders { get; } = holders;

    /// <summary>The last of them that was parked.</summary>
    public TaskRecord Waiting { get; } = waiting;

    /// <summary>A task is parked that needs a permit: whether the last permit that was not held by an ancestor of somebody who waits is with its own.</summary>
    public static CapacityCycle? Look(TaskRecord task, Permits permits)
    {
        var parent = task.Parent as TaskRecord;
        for (var level = 0; parent is not null && level < AncestorsMax; level++, parent = parent.Parent as TaskRecord)
        {
            if (parent.State != TaskState.Running || parent.Gated?.Lane is not { } lane || Array.IndexOf(lane.Gates, permits) < 0)
            {
                continue;
            }

            var above = permits.HeldAbove ??= [];
            above[parent] = task;
            return above.Count == permits.Held && permits.Held >= permits.Count && above.Values.All(static waiting => waiting.State == TaskState.Ready)
                ? new CapacityCycle(permits, [.. above.Keys], task)
                : null;
        }

        return null;
    }
}
