namespace Actors.Storage;

/// <summary>
/// Names the moments at which it matters most whether the process dies, so that a test can let it die there. Nobody listens outside of tests, and no point lies
/// on the way of a single task.
/// </summary>
internal static class CrashPoint
{
    /// <summary>All of a batch has been handed to the database, and is not committed.</summary>
    public const string Written = "written";

    /// <summary>A store has been opened, suspects counted, and that is not committed.</summary>
    public const string Opening = "opening";

    /// <summary>Half a schema has been migrated.</summary>
    public const string Migrating = "migrating";

    /// <summary>Trees have been deleted, and that is not committed.</summary>
    public const string Pruning = "pruning";

    /// <summary>Who listens; null for nobody.</summary>
    public static Action<string>? Listener { get; set; }

    /// <summary>It is reached.</summary>
    public static void Reach(string point) => Listener?.Invoke(point);
}
