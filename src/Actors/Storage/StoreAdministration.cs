using Actors.Storage;
using Akka.Configuration;

namespace Actors;

/// <summary>A store without an engine: make it, look at it, check it. For tools and tests; each call opens and closes.</summary>
public static class StoreAdministration
{
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

/// <summary>What a check of a store has found.</summary>
/// <param name="Trees">Trees that were read.</param>
/// <param name="Tasks">Tasks that were read.</param>
/// <param name="Contradictions">What was wrong; 0 where all is well.</param>
public sealed record StoreCheck(long Trees, long Tasks, long Contradictions);
