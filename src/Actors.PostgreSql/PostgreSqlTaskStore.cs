using System.Net.Sockets;
using System.Text;
using Actors.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Actors.PostgreSql;

/// <summary>
/// A store in a schema of a PostgreSQL database. Whoever has it holds a session lock that is named after the epoch, so the server knows when the process is
/// gone; and every commit checks the epoch, so that a process that was taken over cannot write.
/// </summary>
internal sealed class PostgreSqlTaskStore : ITaskStore
{
    private const string SchemaName = "actors";
    private const int LockSpace = 0x41637472;

    /// <summary>The first statement of every commit. A division by zero where the epoch is another one: so the server itself carries out nothing of the rest.</summary>
    private const string FencedUpdate = """
        WITH fence AS (UPDATE partition SET batch = $1, next_tree = $2, live_trees = $3, live_tasks = $4 WHERE id = 0 AND epoch = $5 RETURNING 1)
        SELECT 1 / count(*) FROM fence
        """;

    /// <summary>
    /// All that is asked on the writer's connection is asked by key. A prepared statement that the server planned while the tables were small would scan them for as long as that plan
    /// is kept, which is until autovacuum next analyzes them. Nor by a bitmap: each row that is looked for would be a scan of its own, which asks the file for its length (a third of what an update costs).
    /// </summary>
    private const string PlansByKey = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan";

    private readonly NpgsqlConnectionStringBuilder _settings;
    private NpgsqlConnection? _connection;
    private long _epoch;

    public PostgreSqlTaskStore(NpgsqlConnectionStringBuilder settings)
    {
        _settings = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = false,
            SearchPath = SchemaName,
            ApplicationName = settings.ApplicationName ?? "actors",
            KeepAlive = settings.KeepAlive == 0 ? 5 : settings.KeepAlive,
            CommandTimeout = settings.ContainsKey("Command Timeout") ? settings.CommandTimeout : 10, // a server that is frozen says nothing
            Timeout = settings.ContainsKey("Timeout") ? settings.Timeout : 5,
            MaxAutoPrepare = Math.Max(settings.MaxAutoPrepare, 40),
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
        };
        Name = $"postgres:{settings.Host}:{settings.Port}/{settings.Database}";
    }

    public string Name { get; }

    public StoreOpening Open(string owner, bool takeOver)
    {
        try
        {
            _connection = Connect();
            Migrate(_connection);
            Own(takeOver);
            var opening = Begin(owner);
            Run(_connection, PlansByKey);
            return opening;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            throw new StoreException(Explain(exception), exception);
        }
    }

    public void Commit(StoreBatch batch)
    {
        var connection = _connection ?? throw new InvalidOperationException("The store has not been opened, or lost its connection: reconnect first.");
        try
        {
            using var commands = new NpgsqlBatch(connection);
            commands.BatchCommands.Add(RowBatch.Command(
                FencedUpdate, Value(batch.Number), Value(batch.NextTree), Value(batch.LiveTrees), Value(batch.LiveTasks), Value(_epoch)));
            var expected = RowBatch.Write(commands, batch);
            if (expected.TrueForAll(static rows => rows < 0))
            {
                commands.ExecuteNonQuery(); // nothing to look at before the commit: one round trip, which is a transaction of its own
                return;
            }

            using var transaction = connection.BeginTransaction();
            commands.Transaction = transaction;
            commands.ExecuteNonQuery();
            for (var index = 0; index < expected.Count; index++)
            {
                if (expected[index] >= 0 && (long)commands.BatchCommands[index + 1].RecordsAffected != expected[index])
                {
                    throw new StoreException(
                        $"The store {Name} is damaged: of {expected[index]} row(s) that are to be written {commands.BatchCommands[index + 1].RecordsAffected} were there.");
                }
            }

            CrashPoint.Reach(CrashPoint.Written);
            transaction.Commit();
        }
        catch (PostgresException fenced) when (fenced.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            throw Fenced(); // the server has undone the rest
        }
        catch (PostgresException exception) when (exception.SqlState.StartsWith("23", StringComparison.Ordinal) || exception.SqlState.StartsWith("XX", StringComparison.Ordinal))
        {
            Disconnect();
            throw new StoreException($"The store {Name} is damaged, or was changed by somebody else: {exception.MessageText}. 'actors store verify' tells more.", exception);
        }
        catch (Exception exception) when (exception is not StoreException)
        {
            Disconnect();
            throw;
        }
    }

    /// <remarks>
    /// A commit whose answer was lost may still be on its way in a session that the server has not given up: the row of the partition is locked before the
    /// number is read, so that it is read after such a commit, and the old session is ended.
    /// </remarks>
    public long Reconnect()
    {
        Disconnect();
        var connection = Connect();
        try
        {
            Run(connection, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()", Value(LockSpace), Value((int)_epoch));
            var (epoch, batch) = (0L, 0L);
            using (var command = Command(connection, "SELECT epoch, batch FROM partition FOR UPDATE"))
            using (var reader = command.ExecuteReader())
            {
                reader.Read();
                (epoch, batch) = (reader.GetInt64(0), reader.GetInt64(1));
            }

            if (epoch != _epoch)
            {
                throw Fenced();
            }

            TryLock(connection, _epoch);
            Run(connection, PlansByKey);
            _connection = connection;
            return batch;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ITaskReader ReadLiveTrees(long before)
    {
        var connection = Connect();
        Run(connection, "SET enable_sort = off; SET enable_hashjoin = off; SET max_parallel_workers_per_gather = 0"); // along the keys: the first rows at once, also where nothing is known of the tables yet
        return new PostgreSqlReader(
            connection, Command(connection, $"SELECT {RowBatch.Columns} FROM task JOIN live_tree ON live_tree.tree = task.tree WHERE task.tree < $1 ORDER BY task.tree, task.no", Value(before)));
    }

    public ITaskReader ReadAll()
    {
        var connection = Connect();
        return new PostgreSqlReader(connection, Command(connection, $"SELECT {RowBatch.Columns} FROM task ORDER BY tree, no"));
    }

    public IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids)
    {
        using var command = Command(
            Connected(), $"SELECT {RowBatch.Columns} FROM task WHERE no = 0 AND id = ANY ($1::uuid[])", RowBatch.Parameter(ids.Select(RowBatch.IdOf).ToArray(), NpgsqlDbType.Uuid));
        return ReadRows(command);
    }

    public IReadOnlyList<TaskRow> ReadRoots(RootWindow window)
    {
        using var command = Command(
            Connected(), $"SELECT {RowBatch.Columns} FROM live_tree JOIN task ON task.tree = live_tree.tree AND task.no = 0 WHERE live_tree.tree >= $1 AND live_tree.tree < $2 ORDER BY live_tree.tree LIMIT $3",
            Value(window.From), Value(window.Before), Value(window.CountMax));
        return ReadRows(command);
    }

    public TaskRow? Find(TaskId root, TaskId id)
    {
        using var command = Command(
            Connected(), $"SELECT {RowBatch.Columns} FROM task WHERE tree = (SELECT tree FROM task WHERE id = $1 AND no = 0) AND id = $2 LIMIT 1",
            Value(RowBatch.IdOf(root)), Value(RowBatch.IdOf(id)));
        return ReadRows(command) is [var row, ..] ? row : null;
    }

    public IReadOnlyList<InboxRow> ReadInbox(int countMax)
    {
        using var command = Command(Connected(), "SELECT no, id, type, payload, options FROM inbox ORDER BY no LIMIT $1", Value(countMax));
        using var reader = Execute(command);
        var rows = new List<InboxRow>();
        while (reader.Read())
        {
            rows.Add(new InboxRow(reader.GetInt64(0), TaskId.FromGuid(reader.GetGuid(1)), reader.GetString(2), TaskRows.Text(reader, 3)!, TaskRows.Text(reader, 4)));
        }

        return rows;
    }

    public IReadOnlyList<FactRow> ReadFacts(string prefix)
    {
        using var connection = Connect();
        return Facts(connection, prefix);
    }

    public IReadOnlyList<AuditRow> ReadAudit(long before, int countMax)
    {
        using var connection = Connect();
        using var command = Command(
            connection, "SELECT number, at, who, action, target, count, detail FROM audit_entry WHERE number < $1 ORDER BY number DESC LIMIT $2", Value(before), Value(countMax));
        using var reader = command.ExecuteReader();
        var rows = new List<AuditRow>();
        while (reader.Read())
        {
            rows.Add(new AuditRow(
                reader.GetInt64(0), TaskRows.Time(reader, 1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetString(6)));
        }

        return rows;
    }

    public IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax)
    {
        using var connection = Connect();
        using var command = Command(
            connection, $"SELECT {RowBatch.Columns} FROM task WHERE flags & 256 <> 0 AND (tree, no) > ($1, $2) ORDER BY tree, no LIMIT $3",
            Value(after.Tree), Value(after.Number), Value(countMax));
        return ReadRows(command);
    }

    public IReadOnlyList<TaskRow> ReadTree(TaskId root)
    {
        using var connection = Connect();
        using var command = Command(
            connection, $"SELECT {RowBatch.Columns} FROM task WHERE tree = (SELECT tree FROM task WHERE id = $1 AND no = 0) ORDER BY no", Value(RowBatch.IdOf(root)));
        command.CommandTimeout = 0;
        return ReadRows(command);
    }

    public PruneStep Prune(PruneRule rule, int rowsMax)
    {
        var connection = Connected();
        try
        {
            using var transaction = connection.BeginTransaction();
            if (Scalar(connection, "SELECT 1 FROM partition WHERE epoch = $1", Value(_epoch)) is null)
            {
                throw Fenced();
            }

            var step = Pruning.Step(connection, rule, rowsMax);
            CrashPoint.Reach(CrashPoint.Pruning);
            transaction.Commit();
            return step;
        }
        catch (Exception exception) when (exception is not StoreException)
        {
            Disconnect();
            throw;
        }
    }

    public StoreInfo Info()
    {
        try
        {
            using var connection = Connect();
            var version = VersionOf(connection) ?? throw new StoreException($"There is no store in {Name}. 'actors store migrate' makes one, and so does the first run with it.");
            ThrowIfNewer(version);
            using var command = Command(
                connection,
                "SELECT epoch, owner, live_trees, live_tasks, (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = epoch::int::oid), "
                + "(SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relnamespace = 'actors'::regnamespace AND relkind = 'r') FROM partition",
                Value(LockSpace));
            using var reader = command.ExecuteReader();
            reader.Read();
            return new StoreInfo(version, reader.GetInt64(0), reader.GetString(1), reader.GetInt64(4) > 0, reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(5));
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            throw new StoreException(Explain(exception), exception);
        }
    }

    /// <remarks>The lock is given back before the session ends: the server ends it when it comes to that, and the next owner may be here already.</remarks>
    public void Dispose()
    {
        try
        {
            if (_connection is not null)
            {
                Run(_connection, "SELECT pg_advisory_unlock_all()");
            }
        }
        catch (Exception gone) when (gone is NpgsqlException or SocketException or TimeoutException or InvalidOperationException)
        {
            // the session has ended already, and its locks with it
        }

        Disconnect();
    }

    internal static NpgsqlParameter<T> Value<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    internal static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // every text is a constant of this assembly
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    internal static int Run(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    internal static object? Scalar(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar() is var value && value is DBNull ? null : value;
    }

    private static bool TryLock(NpgsqlConnection connection, long epoch) =>
        Scalar(connection, "SELECT pg_try_advisory_lock($1, $2)", Value(LockSpace), Value((int)epoch)) is true;

    /// <summary>The server needs a moment to notice that a process was killed.</summary>
    private static bool LockSoon(NpgsqlConnection connection, long epoch)
    {
        try
        {
            Run(connection, "SET lock_timeout = '1s'");
            Run(connection, "SELECT pg_advisory_lock($1, $2)", Value(LockSpace), Value((int)epoch));
            return true;
        }
        catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
        finally
        {
            Run(connection, "SET lock_timeout = 0");
        }
    }

    private static List<FactRow> Facts(NpgsqlConnection connection, string prefix)
    {
        using var command = Command(connection, "SELECT key, value FROM facts WHERE starts_with(key, $1) ORDER BY key", Value(prefix));
        using var reader = command.ExecuteReader();
        var facts = new List<FactRow>();
        while (reader.Read())
        {
            facts.Add(new FactRow(reader.GetString(0), TaskRows.Text(reader, 1)));
        }

        return facts;
    }

    private List<TaskRow> ReadRows(NpgsqlCommand command)
    {
        using var reader = Execute(command);
        var rows = new List<TaskRow>();
        while (reader.Read())
        {
            rows.Add(TaskRows.Read(reader));
        }

        return rows;
    }

    private NpgsqlDataReader Execute(NpgsqlCommand command)
    {
        try
        {
            return command.ExecuteReader();
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    private void Migrate(NpgsqlConnection connection)
    {
        using var transaction = connection.BeginTransaction();
        Run(connection, "SELECT pg_advisory_xact_lock($1, 0)", Value(LockSpace + 1)); // of two that come at once the second finds it made
        var version = VersionOf(connection);
        ThrowIfNewer(version ?? 0);
        if (version is null)
        {
            Run(connection, $"CREATE SCHEMA IF NOT EXISTS {SchemaName}");
            Run(connection, "CREATE TABLE store (marker text NOT NULL, version int NOT NULL)");
            Run(connection, "INSERT INTO store VALUES ($1, 0)", Value(PostgreSqlSchema.Marker));
        }

        foreach (var step in PostgreSqlSchema.From(version ?? 0))
        {
            Run(connection, step);
            CrashPoint.Reach(CrashPoint.Migrating);
        }

        Run(connection, "UPDATE store SET version = $1 WHERE version <> $1", Value(PostgreSqlSchema.Version));
        transaction.Commit();
    }

    /// <returns>Null where there is no store.</returns>
    private int? VersionOf(NpgsqlConnection connection)
    {
        if (Scalar(connection, "SELECT to_regclass('actors.store')::text") is not null)
        {
            return Scalar(connection, "SELECT version FROM actors.store WHERE marker = $1", Value(PostgreSqlSchema.Marker)) as int?
                ?? throw new StoreException($"The schema '{SchemaName}' of {Name} is something else's. It was left as it is; name another database.");
        }

        var tables = Scalar(connection, "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('actors')") as long? ?? 0;
        return tables == 0 ? null : throw new StoreException($"The schema '{SchemaName}' of {Name} is something else's. It was left as it is; name another database.");
    }

    private void ThrowIfNewer(int version)
    {
        if (version > PostgreSqlSchema.Version)
        {
            throw new StoreException(
                $"The store {Name} has version {version}, and this program knows versions up to {PostgreSqlSchema.Version}. It was left as it is; use the newer program.");
        }
    }

    private void Own(bool takeOver)
    {
        var connection = _connection!;
        var epoch = (long)Scalar(connection, "SELECT epoch FROM partition")!;
        if (!takeOver && !TryLock(connection, epoch) && !LockSoon(connection, epoch))
        {
            throw InUse(connection);
        }

        if (!TryLock(connection, epoch + 1))
        {
            throw InUse(connection); // somebody else is opening it
        }

        _epoch = epoch;
    }

    private StoreException InUse(NpgsqlConnection connection) => new(
        $"The store {Name} is in use by {Scalar(connection, "SELECT owner FROM partition")}. Stop that process, or take the store over with --take-over (actors.store.take-over = on).");

    private StoreOpening Begin(string owner)
    {
        var connection = _connection!;
        using var transaction = connection.BeginTransaction();
        if (Run(connection, "UPDATE partition SET epoch = epoch + 1, batch = 0, owner = $1 WHERE epoch = $2", Value(owner), Value(_epoch)) != 1)
        {
            throw InUse(connection);
        }

        var suspects = Run(
            connection,
            "UPDATE task SET attempt = greatest(task.attempt, out.attempt), losses = losses + 1, flags = flags | 32 FROM running_tasks AS out WHERE out.tree = task.tree AND out.no = task.no AND state < 5");
        Run(connection, "DELETE FROM running");
        var facts = Facts(connection, "");
        using var command = Command(connection, "SELECT epoch, next_tree, (SELECT count(*) FROM live_tree), live_tasks FROM partition");
        using var reader = command.ExecuteReader();
        reader.Read();
        var opening = new StoreOpening
        {
            Epoch = reader.GetInt64(0),
            NextTree = reader.GetInt64(1),
            LiveTrees = reader.GetInt64(2),
            LiveTasks = reader.GetInt64(3),
            Suspects = suspects,
            Facts = facts,
        };
        reader.Close();
        CrashPoint.Reach(CrashPoint.Opening);
        transaction.Commit();
        _epoch = opening.Epoch;
        return opening;
    }

    private NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(_settings.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private NpgsqlConnection Connected()
    {
        if (_connection is null)
        {
            Reconnect();
        }

        return _connection!;
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private StoreFencedException Fenced() => new($"Another process has taken over the store {Name}: this one must not write to it any more.");

    private string Explain(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            $"The store {Name} does not let this user in: {exception.Message}. Check Username and Password of the connection.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => $"The store {Name} is not there: {exception.Message}. Make the database with createdb, or name another.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            $"The store {Name} cannot be written: {exception.Message}. Give this user the right to create the schema '{SchemaName}' and to write there.",
        _ => $"The store {Name} cannot be reached: {exception.Message} Check that the server runs, and Host and Port of the connection.",
    };
}
