using System.Text;
using Actors.Sqlite;
using Actors.Storage.Tests.Engine;

namespace Actors.Storage.Tests.Stores;

/// <summary>Files that are no stores, or not whole ones.</summary>
public sealed class SqliteFileSpec : IDisposable
{
    private const int Commits = 40;
    private readonly StoreFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("not an SQLite file")]
    [InlineData("an SQLite file of something else")]
    [InlineData("a newer version")]
    [InlineData("a folder")]
    [InlineData("no folder")]
    public void What_is_no_store_is_refused_and_left_as_it_is(string what)
    {
        var path = _file.Path;
        switch (what)
        {
            case "not an SQLite file":
                File.WriteAllText(path, new string('?', 5000));
                break;
            case "an SQLite file of something else":
                Make(path, "CREATE TABLE task (mine)");
                break;
            case "a newer version":
                using (_ = Opened(path))
                {
                }

                Make(path, "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 99");
                break;
            case "a folder":
                Directory.CreateDirectory(path);
                break;
            default:
                path = Path.Combine(path, "nowhere", "tasks.db");
                break;
        }

        var before = File.Exists(path) ? File.ReadAllBytes(path) : [];
        using var store = new SqliteTaskStore(path);
        var refused = Assert.Throws<StoreException>(() => store.Open("a test", takeOver: false));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.Exists(path) ? File.ReadAllBytes(path) : []);
    }

    [Fact]
    public void A_damaged_file_is_refused_or_its_damage_is_found()
    {
        Fill(_file.Path);
        var bytes = File.ReadAllBytes(_file.Path);
        var chance = new Random(1);
        var found = 0;
        for (var round = 0; round < 60; round++)
        {
            var damaged = (byte[])bytes.Clone();
            var page = 4096 * (1 + chance.Next((bytes.Length / 4096) - 1));
            chance.NextBytes(damaged.AsSpan(page, 512));
            File.WriteAllBytes(_file.Path, damaged);
            try
            {
                found += StoreAdministration.Verify(_file.Location, static _ => { }).Contradictions > 0 ? 1 : 0;
            }
            catch (StoreException)
            {
                found++;
            }
        }

        Assert.True(found >= 45, $"{found} of 60"); // the rest hit pages that are free, or an index that verification does not read
    }

    [Fact]
    public void Whatever_the_log_lost_at_its_end_what_is_left_is_a_beginning_of_the_commits()
    {
        using (var store = Opened(_file.Path))
        {
            Write(store);

            // The process is gone without a checkpoint: what it left is copied while it still holds the file.
            var log = File.ReadAllBytes(_file.Path + "-wal");
            var main = File.ReadAllBytes(_file.Path);
            var seen = new HashSet<int>();
            for (var kept = 0; kept <= log.Length; kept += Math.Max(1, log.Length / 150))
            {
                var copy = _file.Path + ".copy";
                File.WriteAllBytes(copy, main);
                File.WriteAllBytes(copy + "-wal", log[..kept]);
                using (var cut = Opened(copy))
                {
                    seen.Add(Beginning(cut));
                }

                foreach (var file in Directory.GetFiles(Path.GetDirectoryName(copy)!, Path.GetFileName(copy) + "*"))
                {
                    File.Delete(file);
                }
            }

            Assert.Contains(0, seen);
            Assert.True(seen.Count > Commits / 2, $"{seen.Count} different beginnings");
        }
    }

    [Fact]
    public void A_store_is_for_its_user_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // rights are the folder's there
        }

        using var store = Opened(_file.Path);
        Write(store);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_file.Path)!))
        {
            Assert.True((File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) == 0, file);
        }
    }

    /// <summary>How many commits are there; and that they are whole, and the first ones.</summary>
    private static int Beginning(SqliteTaskStore store)
    {
        using var reader = store.ReadAll();
        var window = new TaskRow[Commits * 3];
        var count = reader.Read(window);
        Assert.Equal(0, count % 2);
        for (var index = 0; index < count; index++)
        {
            Assert.Equal((index / 2) + 1, window[index].Tree);
            Assert.Equal(index / 2 < (count / 2) - 1 ? 1 : 0, window[index].Attempt);
        }

        return count / 2;
    }

    /// <summary>Each commit adds a tree of two tasks, and changes both of the tree before.</summary>
    private static void Write(SqliteTaskStore store)
    {
        for (var number = 1; number <= Commits; number++)
        {
            var batch = new StoreBatch { Number = number, NextTree = number + 1 };
            batch.Added.AddRange([Row(number, 0), Row(number, 1)]);
            if (number > 1)
            {
                batch.Changed.AddRange([Row(number - 1, 0) with { Attempt = 1 }, Row(number - 1, 1) with { Attempt = 1 }]);
            }

            store.Commit(batch);
        }
    }

    private static void Fill(string path)
    {
        using var store = Opened(path);
        for (var number = 1; number <= 200; number++)
        {
            var batch = new StoreBatch { Number = number, NextTree = number + 1, LiveTrees = number };
            batch.Added.Add(Row(number, 0) with { Payload = Encoding.UTF8.GetBytes($"\"{new string('x', 500)}\"") });
            batch.Opened.Add(number);
            store.Commit(batch);
        }
    }

    private static TaskRow Row(long tree, long number) => new()
    {
        Tree = tree,
        Number = number,
        Id = TaskId.FromKey($"{tree} {number}"),
        Parent = number - 1,
        Type = "Type",
        Payload = "{}"u8.ToArray(),
        Join = TaskRow.None,
        State = TaskState.Ready,
        DueAt = TaskRow.None,
        CreatedAt = DateTime.UnixEpoch.Ticks,
        EndedAt = TaskRow.None,
        EndedOrder = TaskRow.None,
        TreeEndedAt = TaskRow.None,
    };

    private static SqliteTaskStore Opened(string path)
    {
        var store = new SqliteTaskStore(path);
        store.Open("a test", takeOver: false);
        return store;
    }

    private static void Make(string path, params string[] statements)
    {
        using (File.Open(path, FileMode.OpenOrCreate))
        {
        }

        using var database = new Database(path, TimeSpan.FromSeconds(1));
        database.Run(statements);
    }
}
