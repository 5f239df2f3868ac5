using System.Globalization;
using System.Text;
using System.Text.Json;
using Actors.Storage;
using Microsoft.Data.Sqlite;

namespace Actors.Sqlite;

/// <summary>A store in one file, written ahead (WAL) and flushed with every commit (synchronous=FULL).</summary>
internal sealed class SqliteTaskStore(string path) : ITaskStore
{
    private readonly SqliteFile _file = new(path);
    private readonly TaskRows _rows = new();
    private Database? _database;
    private WriterStatements? _write;
    private long _epoch;

    public string Name => $"sqlite:{_file.Path}";

    public StoreOpening Open(string owner, bool takeOver)
    {
        var isThere = _file.Inspect();
        _file.Lock(takeOver);
        try
        {
            if (!isThere)
            {
                _file.Create();
            }

            using (var database = _file.Connect())
            {
                Prepare(database);
            }

            Connect();
            return Begin(_database!, owner);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StoreException(Explain(exception), exception);
        }
    }

    public void Commit(StoreBatch batch)
    {
        var write = _write ?? throw new InvalidOperationException("The store has not been opened, or lost its connection: reconnect first.");
        try
        {
            write.Begin.Run();
            write.Fence.Bind(batch.Number).Bind(batch.NextTree).Bind(batch.LiveTrees).Bind(batch.LiveTasks).Bind(_epoch).Run();
            if (_database!.Changes != 1)
            {
                write.Rollback.Run();
                throw Fenced();
            }

            write.Write(batch);
            CrashPoint.Reach(CrashPoint.Written);
            write.Commit.Run();
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is Native.Constraint or Native.Corrupt or Native.NotADatabase)
        {
            Disconnect();
            throw new StoreException($"The store {_file.Path} is damaged, or was changed by somebody else: {exception.Message} 'actors store verify' tells more.", exception);
        }
        catch (Exception exception) when (exception is not StoreFencedException)
        {
            Disconnect(); // rolls back what is open; what is committed shows when it is connected again
            throw;
        }
    }

    public long Reconnect()
    {
        Disconnect();
        Connect();
        var epoch = _database!.Number("SELECT epoch FROM partition");
        return epoch == _epoch ? _database.Number("SELECT batch FROM partition") : throw Fenced();
    }

    public ITaskReader ReadLiveTrees(long before) => new SqliteReader(
        _file.Connect(),
        string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {TaskRows.Columns} FROM live_tree CROSS JOIN task ON task.tree = live_tree.tree WHERE live_tree.tree < {before} ORDER BY live_tree.tree, task.no"));

    public ITaskReader ReadAll() => new SqliteReader(_file.Connect(), $"SELECT {TaskRows.Columns} FROM task ORDER BY tree, no");

    public IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids)
    {
        var write = Connected();
        var found = new List<TaskRow>();
        foreach (var id in ids)
        {
            write.FindRoot.Bind(id);
            if (write.FindRoot.Step())
            {
                found.Add(_rows.Read(write.FindRoot));
            }

            write.FindRoot.Reset();
        }

        return found;
    }

    public IReadOnlyList<TaskRow> ReadRoots(RootWindow window)
    {
        Connected();
        using var read = new Statement(
            _database!,
            $"SELECT {TaskRows.Columns} FROM live_tree CROSS JOIN task ON task.tree = live_tree.tree AND task.no = 0 WHERE live_tree.tree >= ? AND live_tree.tree < ? ORDER BY live_tree.tree LIMIT ?");
        read.Bind(window.From).Bind(window.Before).Bind(window.CountMax);
        var rows = new List<TaskRow>();
        while (read.Step())
        {
            rows.Add(_rows.Read(read));
        }

        return rows;
    }

    public TaskRow? Find(TaskId root, TaskId id)
    {
        Connected();
        using var find = new Statement(
            _database!, $"SELECT {TaskRows.Columns} FROM task WHERE tree = (SELECT tree FROM task WHERE id = ? AND no = 0) AND id = ? LIMIT 1");
        find.Bind(root).Bind(id);
        return find.Step() ? _rows.Read(find) : null;
    }

    public IReadOnlyList<InboxRow> ReadInbox(int countMax)
    {
        Connected();
        using var read = new Statement(_database!, "SELECT no, id, type, payload, options FROM inbox ORDER BY no LIMIT ?");
        read.Bind(countMax);
        var rows = new List<InboxRow>();
        while (read.Step())
        {
            rows.Add(new InboxRow(read.Number(), read.Id(), Encoding.UTF8.GetString(read.Bytes()), read.Text()!, read.Text()));
        }

        return rows;
    }

    public IReadOnlyList<FactRow> ReadFacts(string prefix)
    {
        using var database = _file.Connect();
        return Facts(database, prefix);
    }

    public IReadOnlyList<AuditRow> ReadAudit(long before, int countMax)
    {
        using var database = _file.Connect();
        using var read = new Statement(database, "SELECT number, at, who, action, target, count, detail FROM audit_entry WHERE number < ? ORDER BY number DESC LIMIT ?");
        read.Bind(before).Bind(countMax);
        var rows = new List<AuditRow>();
        while (read.Step())
        {
            rows.Add(new AuditRow(read.Number(), read.Time(), read.String(), read.String(), read.String(), read.Number(), read.OptionalString()));
        }

        return rows;
    }

    public IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax) => Rows(
        $"SELECT {TaskRows.Columns} FROM task WHERE flags & 256 <> 0 AND (tree, no) > (?, ?) ORDER BY tree, no LIMIT ?",
        read => read.Bind(after.Tree).Bind(after.Number).Bind(countMax));

    public IReadOnlyList<TaskRow> ReadTree(TaskId root) => Rows(
        $"SELECT {TaskRows.Columns} FROM task WHERE tree = (SELECT tree FROM task WHERE id = ? AND no = 0) ORDER BY no", read => read.Bind(root));

    public PruneStep Prune(PruneRule rule, int rowsMax)
    {
        var write = Connected();
        try
        {
            return write.Prune(rule, rowsMax, _epoch) ?? throw Fenced();
        }
        catch (Exception exception) when (exception is not StoreFencedException)
        {
            Disconnect();
            throw;
        }
    }

    public StoreInfo Info()
    {
        if (!_file.Inspect())
        {
            throw new StoreException($"There is no store at {_file.Path}. 'actors store migrate' makes one, and so does the first run with it.");
        }

        try
        {
            using var database = _file.Connect();
            using var read = new Statement(database, "SELECT epoch, owner, live_trees, live_tasks FROM partition");
            read.Step();
            var bytes = new[] { _file.Path, _file.Path + "-wal" }.Where(File.Exists).Sum(static file => new FileInfo(file).Length);
            return new StoreInfo(
                (int)database.Number("PRAGMA user_version"), read.Number(), Encoding.UTF8.GetString(read.Bytes()), _file.IsLocked(),
                read.Number(), read.Number(), bytes);
        }
        catch (SqliteException exception)
        {
            throw new StoreException(Explain(exception), exception);
        }
    }

    public void Dispose()
    {
        Disconnect();
        _file.Unlock();
    }

    /// <summary>Makes the schema, or brings it up to date; in a rollback journal where the file is new, so that its header tells at once what it is.</summary>
    private void Prepare(Database database)
    {
        var tables = database.Number("SELECT count(*) FROM sqlite_master");
        if (tables > 0 && database.Number("PRAGMA application_id") != SqliteSchema.ApplicationId)
        {
            throw new StoreException($"{_file.Path} is not a store: it is an SQLite file of something else. It was left as it is; name another file.");
        }

        var version = database.Number("PRAGMA user_version");
        _file.ThrowIfNewer(version);
        if (version < SqliteSchema.Version)
        {
            database.Run("PRAGMA synchronous = FULL", "BEGIN IMMEDIATE");
            SqliteSchema.Migrate(database);
            database.Run("COMMIT");
        }

        database.Run("PRAGMA journal_mode = WAL");
    }

    private StoreOpening Begin(Database database, string owner)
    {
        database.Run("BEGIN IMMEDIATE");
        var suspects = 0;
        using (var running = new Statement(database, "SELECT tasks FROM running"))
        using (var suspect = new Statement(
            database, "UPDATE task SET attempt = max(attempt, ?), losses = losses + 1, flags = flags | 32 WHERE tree = ? AND no = ? AND state < 5"))
        {
            while (running.Step())
            {
                foreach (var task in JsonSerializer.Deserialize<long[][]>(running.Bytes())!)
                {
                    suspect.Bind(task[2]).Bind(task[0]).Bind(task[1]).Run();
                    suspects += database.Changes;
                }
            }
        }

        database.Run("DELETE FROM running");
        using (var begin = new Statement(database, "UPDATE partition SET epoch = epoch + 1, batch = 0, owner = ?"))
        {
            begin.Bind(owner).Run();
        }

        var facts = Facts(database, "");
        using var read = new Statement(database, "SELECT epoch, next_tree, (SELECT count(*) FROM live_tree), live_tasks FROM partition");
        read.Step();
        var opening = new StoreOpening
        {
            Epoch = read.Number(),
            NextTree = read.Number(),
            LiveTrees = read.Number(),
            LiveTasks = read.Number(),
            Suspects = suspects,
            Facts = facts,
        };
        read.Reset();
        CrashPoint.Reach(CrashPoint.Opening);
        database.Run("COMMIT");
        _epoch = opening.Epoch;
        return opening;
    }

    /// <remarks>A range rather than LIKE, which knows no case; behind every text that begins so comes the greatest character.</remarks>
    private static List<FactRow> Facts(Database database, string prefix)
    {
        using var read = new Statement(database, "SELECT key, value FROM facts WHERE key >= ? AND key < ? ORDER BY key");
        read.Bind(prefix).Bind(prefix + char.ConvertFromUtf32(0x10FFFF));
        var facts = new List<FactRow>();
        while (read.Step())
        {
            facts.Add(new FactRow(read.String(), read.Text()));
        }

        return facts;
    }

    private List<TaskRow> Rows(string sql, Action<Statement> bind)
    {
        using var database = _file.Connect();
        using var read = new Statement(database, sql);
        bind(read);
        var rows = new List<TaskRow>();
        while (read.Step())
        {
            rows.Add(_rows.Read(read));
        }

        return rows;
    }

    /// <remarks>
    /// No larger a cache: a page that is split takes the number of the page at 1 GB for a moment, and at the commit behind that SQLite looks through its whole cache for pages beyond the end
    /// of the file. With 64 MB that was an eighth of the writer's time; what is not in the cache is in that of the operating system.
    /// </remarks>
    private void Connect()
    {
        _database = _file.Connect();
        _database.Run("PRAGMA synchronous = FULL", "PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 4096", "PRAGMA temp_store = MEMORY");
        _write = new WriterStatements(_database);
    }

    private void Disconnect()
    {
        _write?.Dispose();
        _write = null;
        _database?.Dispose();
        _database = null;
    }

    private WriterStatements Connected()
    {
        if (_write is null)
        {
            Reconnect();
        }

        return _write!;
    }

    private StoreFencedException Fenced() => new($"Another process has taken over the store {_file.Path}: this one must not write to it any more.");

    private string Explain(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: Native.NotADatabase or Native.Corrupt } =>
            string.Create(CultureInfo.InvariantCulture, $"The store {_file.Path} is damaged ({exception.Message}). It was left as it is; restore it from a copy, or look at it with 'sqlite3 FILE .recover'."),
        SqliteException { SqliteErrorCode: Native.ReadOnly or Native.CannotOpen or Native.NoPermission } =>
            $"The store {_file.Path} cannot be written: {exception.Message} Give this user the right to write the file and its folder.",
        SqliteException { SqliteErrorCode: Native.Busy } => $"The store {_file.Path} is locked by another program: {exception.Message} Close it there.",
        _ => $"The store {_file.Path} cannot be opened: {exception.Message}",
    };
}
