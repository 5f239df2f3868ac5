using Actors.Storage;
using Akka.Configuration;

namespace Actors;

/// <summary>A store without an engine: make it, look at it, check it. For tools and tests; each call opens and closes.</summary>
public static class StoreAdministration
{
    private const int QuarantinedRead = 1000;

    /// <summary>Makes the store where there is none, and brings an older one to the version of this program, in one transaction.</summary>
    /// <param name="location"><c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <exception cref="StoreException">It is in use or cannot be used; it was left as it is.</exception>
    public static StoreReport Migrate(string location)
    {
        using var store = Create(location);
        store.Open("a migration", takeOver: false);
        return Report(store);
    }

    /// <summary>What a store holds. It may be in use meanwhile.</summary>
    /// <param name="location"><c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <exception cref="StoreException">There is none, or it cannot be used.</exception>
    public static StoreReport Info(string location)
    {
        using var store = Create(location);
        return Report(store);
    }

    /// <summary>Reads the whole store and checks every invariant that must hold at rest. It may be in use meanwhile.</summary>
    /// <param name="location"><c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <param name="contradiction">Gets each contradiction, as a sentence that names the row.</param>
    /// <exception cref="StoreException">There is none, or it cannot be read.</exception>
    public static StoreCheck Verify(string location, Action<string> contradiction)
    {
        ArgumentNullException.ThrowIfNull(contradiction);
        using var store = Create(location);
        var info = store.Info();
        var verification = new StoreVerification(contradiction);
        try
        {
            using var rows = store.ReadAll();
            verification.Run(rows, info);
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException)
        {
            throw new StoreException($"The store {store.Name} cannot be read to its end: {exception.Message}", exception);
        }

        return new StoreCheck(verification.Trees, verification.Tasks, verification.Contradictions);
    }

    /// <summary>Tasks that the process died of too often, and that nobody has released, in the order of their trees. The store may be in use meanwhile.</summary>
    /// <param name="location"><c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <exception cref="StoreException">There is no store, or it cannot be read.</exception>
    public static IEnumerable<QuarantinedTask> Quarantined(string location)
    {
        using var store = Create(location);
        store.Info(); // says why, where there is none
        var after = default(TaskNumber);
        while (store.ReadQuarantined(after, QuarantinedRead) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                var failure = StoreJson.ReadFailure(row.Outcome!);
                yield return new QuarantinedTask(
                    row.Id, failure.Path.Count > 0 ? failure.Path[^1] : row.Id, row.Type, row.Attempt, failure.Message, new DateTimeOffset(row.EndedAt, TimeSpan.Zero));
                after = new TaskNumber(row.Tree, row.Number);
            }
        }
    }

    /// <summary>
    /// Runs again what failed in a tree that has ended, or one task of it, in a new tree: as <see cref="TaskClient.RetryAsync"/>, in a store that no engine has. The
    /// next engine on it runs it.
    /// </summary>
    /// <param name="location"><c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>.</param>
    /// <param name="rootId">The root of the ended tree.</param>
    /// <param name="taskId">One task of it; null means all that failed.</param>
    /// <param name="by">Who wants it, for the audit.</param>
    /// <returns>The root of the new tree.</returns>
    /// <exception cref="StoreException">The store is in use or cannot be used; it was left as it is.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to run again; the message says why.</exception>
    public static TaskId Retry(string location, TaskId rootId, TaskId? taskId = null, string by = "code")
    {
        using var store = Create(location);
        var opening = store.Open("a retry by hand", takeOver: false);
        var root = TreeRetry.RootOf(rootId, taskId);
        if (store.FindRoots([root]).Count > 0)
        {
            return root;
        }

        var retry = new TreeRetry(rootId, store.ReadTree(rootId), taskId);
        var now = DateTimeOffset.UtcNow.UtcTicks;
        var rows = retry.Rows(opening.NextTree, now);
        var batch = new StoreBatch
        {
            Number = 1,
            NextTree = opening.NextTree + 1,
            LiveTrees = opening.LiveTrees + 1,
            LiveTasks = opening.LiveTasks + StoreJson.ReadCounts(rows[0].Counts!).Live,
        };
        batch.Added.AddRange(rows);
        batch.Opened.Add(opening.NextTree);
        batch.Released.AddRange(retry.Released);
        batch.Audit.Add(retry.ToAudit(taskId, by, now));
        store.Commit(batch);
        return root;
    }

    private static StoreReport Report(ITaskStore store)
    {
        var info = store.Info();
        return new StoreReport(store.Name, info.Version, info.Epoch, info.Owner, info.IsInUse, info.LiveTrees, info.LiveTasks, info.Bytes);
    }

    private static ITaskStore Create(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        return StoreSettings.Create(EngineSettings.Reference.GetConfig("actors.store"), location);
    }
}

/// <summary>What a store holds.</summary>
/// <param name="Store">Which: kind and place, without passwords.</param>
/// <param name="Version">The version of its schema.</param>
/// <param name="Epoch">How often it was opened for writing.</param>
/// <param name="Owner">Who opened it last.</param>
/// <param name="IsInUse">Whether that owner still has it.</param>
/// <param name="LiveTrees">Trees that have not ended.</param>
/// <param name="LiveTasks">Their tasks that have not ended.</param>
/// <param name="Bytes">Its size on disk.</param>
public sealed record StoreReport(string Store, int Version, long Epoch, string Owner, bool IsInUse, long LiveTrees, long LiveTasks, long Bytes);

/// <summary>A task that the process died of too often.</summary>
/// <param name="Id">The task.</param>
/// <param name="RootId">The root of its tree.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="Attempts">How many attempts were started.</param>
/// <param name="Failure">What happened.</param>
/// <param name="EndedAt">When it was quarantined.</param>
public sealed record QuarantinedTask(TaskId Id, TaskId RootId, string Type, int Attempts, string Failure, DateTimeOffset EndedAt);

/// <summary>What a check of a store has found.</summary>
/// <param name="Trees">Trees that were read.</param>
/// <param name="Tasks">Tasks that were read.</param>
/// <param name="Contradictions">What was wrong; 0 where all is well.</param>
public sealed record StoreCheck(long Trees, long Tasks, long Contradictions);
