using Actors.PostgreSql;
using Actors.Sqlite;
using Npgsql;

namespace Actors.Storage.Tests.Engine;

/// <summary>A place for a store.</summary>
internal interface IStorePlace : IDisposable
{
    /// <summary>Another store object on the same place.</summary>
    ITaskStore NewStore();
}

/// <summary>A place for a store that outlives its process, and a way to it past the engine.</summary>
internal interface ITestStore : IStorePlace
{
    /// <summary>For <see cref="TaskRegistry.UseStore"/>.</summary>
    string Location { get; }

    /// <summary>Runs SQL on it.</summary>
    void Change(string sql);

    /// <summary>An id in SQL.</summary>
    string IdText(TaskId id);

    /// <summary>A time in SQL.</summary>
    string TimeText { get; }

    /// <summary>Makes a store as an older program would have.</summary>
    void MakeOlder(int version);

    /// <summary>All rows of it.</summary>
    List<TaskRow> Rows()
    {
        using var store = NewStore();
        using var reader = store.ReadAll();
        var rows = new List<TaskRow>();
        var window = new TaskRow[100];
        for (int count; (count = reader.Read(window)) > 0;)
        {
            rows.AddRange(window.AsSpan(0, count));
        }

        return rows;
    }
}

/// <summary>A file, and a folder around it that goes with it.</summary>
/// <param name="on">On which disk; null means where temporary files are.</param>
internal sealed class StoreFile(string? on = null) : ITestStore
{
    private readonly DirectoryInfo _folder = on is null ? Directory.CreateTempSubdirectory("actors-store-") : Directory.CreateDirectory(System.IO.Path.Combine(on, "store"));

    public string Path => System.IO.Path.Combine(_folder.FullName, "tasks.db");

    public string Location => "sqlite:" + Path;

    public string TimeText => "1767225600000000";

    public string IdText(TaskId id) => $"x'{id}'";

    public ITaskStore NewStore() => new SqliteTaskStore(Path);

    public void Change(string sql)
    {
        using var database = new Database(Path, TimeSpan.FromSeconds(10));
        database.Run(sql);
    }

    public void MakeOlder(int version)
    {
        using (File.Create(Path))
        {
        }

        using var database = new Database(Path, TimeSpan.FromSeconds(10));
        database.Run("BEGIN IMMEDIATE");
        SqliteSchema.Migrate(database, version);
        database.Run("COMMIT", "PRAGMA journal_mode = WAL");
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>A database of the test run's server.</summary>
internal sealed class StoreDatabase(string connection) : ITestStore
{
    public string Location => "postgres:" + connection;

    public string TimeText => "timestamptz '2026-01-01'";

    public string IdText(TaskId id) => $"uuid '{id}'";

    public ITaskStore NewStore() => new PostgreSqlTaskStore(new NpgsqlConnectionStringBuilder(connection));

    public void Change(string sql)
    {
        using var open = new NpgsqlConnection(connection + ";Search Path=actors");
        open.Open();
#pragma warning disable CA2100 // the test's own text
        using var command = new NpgsqlCommand(sql, open);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void MakeOlder(int version)
    {
        using (var open = new NpgsqlConnection(connection))
        {
            open.Open();
            using var command = new NpgsqlCommand("CREATE SCHEMA actors", open);
            command.ExecuteNonQuery();
        }

        Change("CREATE TABLE store (marker text NOT NULL, version int NOT NULL)");
        Change($"INSERT INTO store VALUES ('{PostgreSqlSchema.Marker}', {version})");
        foreach (var step in PostgreSqlSchema.From(0, version))
        {
            Change(step);
        }
    }

    public void Dispose()
    {
    }
}
