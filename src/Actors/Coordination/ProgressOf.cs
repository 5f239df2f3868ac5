using Actors.Ledger;
using Actors.Registration;

namespace Actors.Coordination;

/// <summary>What is told of the engine at one moment, from counts that are kept anyhow.</summary>
internal static class ProgressOf
{
    public static EngineProgress Engine(TaskLedger ledger, TaskCatalog catalog, EngineSettings settings, StoreProgress? store) => new(
        [.. catalog.Types.Select(type => new TypeProgress(type.Name, settings.Pools[type.Pool].Name, Row(ledger, type)) { Pause = type.Pause })],
        [.. ledger.Pools.Select(pool => new PoolProgress(pool.Name, pool.Workers, pool.Busy, pool.Ready + ledger.Gatekeeper.ParkedIn(pool.Index), pool.Pause))],
        ledger.LiveTrees,
        ledger.StaleEnds,
        store)
    {
        PausedTrees = ledger.Pauses.Trees,
    };

    private static long[] Row(TaskLedger ledger, TaskType type)
    {
        var row = new long[TaskStates.Count];
        for (var state = 0; state < row.Length; state++)
        {
            row[state] = ledger.Tally[type, (TaskState)state];
        }

        return row;
    }
}
