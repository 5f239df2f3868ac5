using System.Runtime.InteropServices;
using System.Text;
using Actors.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Actors.PostgreSql;

/// <summary>Many rows as one statement: a column is an array, and the server makes rows of them again. One plan, one message, whatever the number of rows.</summary>
internal static class RowBatch
{
    /// <summary>The columns, in the order of <see cref="TaskRows.Read"/>.</summary>
    public const string Columns =
        "task.tree, task.no, task.id, parent, type, payload, options, flags, join_no, place, state, due_at, attempt, losses, created_at, ended_at, ended_order, outcome, joins, counts, tree_ended_at";

    /// <summary>Of one statement: while the server carries it out, the client writes the next of the same round trip.</summary>
    private const int RowsMax = 128;

    private const string Insert = """
        INSERT INTO task (tree, no, flags, join_no, place, state, due_at, attempt, losses, ended_at, ended_order, outcome, joins, counts, tree_ended_at, id, parent, type, payload, options, created_at)
        SELECT tree, coalesce(no, 0), coalesce(flags, 0), join_no, coalesce(place, 0), coalesce(state, 0), due_at, coalesce(attempt, 0), coalesce(losses, 0), ended_at, ended_order, outcome, joins,
          counts, tree_ended_at, id, parent, type, payload, options, created_at
        FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::int[], $6::smallint[], $7::timestamptz[], $8::int[], $9::int[], $10::timestamptz[],
          $11::bigint[], $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::uuid[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::timestamptz[])
          AS n (tree, no, flags, join_no, place, state, due_at, attempt, losses, ended_at, ended_order, outcome, joins, counts, tree_ended_at, id, parent, type, payload, options, created_at)
        """;

    private const string Update = """
        UPDATE task SET flags = coalesce(n.flags, 0), join_no = n.join_no, place = coalesce(n.place, 0), state = coalesce(n.state, 0), due_at = n.due_at, attempt = coalesce(n.attempt, 0),
          losses = coalesce(n.losses, 0), ended_at = n.ended_at, ended_order = n.ended_order, outcome = n.outcome, joins = n.joins, counts = n.counts, tree_ended_at = n.tree_ended_at
        FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::int[], $6::smallint[], $7::timestamptz[], $8::int[], $9::int[], $10::timestamptz[],
          $11::bigint[], $12::text[], $13::text[], $14::text[], $15::timestamptz[])
          AS n (tree, no, flags, join_no, place, state, due_at, attempt, losses, ended_at, ended_order, outcome, joins, counts, tree_ended_at)
        WHERE task.tree = n.tree AND task.no = coalesce(n.no, 0)
        """;

    /// <summary>Adds what a batch writes to the commands of one round trip; returns how many rows each of them must hit, none where that says nothing.</summary>
    public static List<int> Write(NpgsqlBatch commands, StoreBatch batch)
    {
        var expected = new List<int>();
        for (var from = 0; from < batch.Added.Count; from += RowsMax)
        {
            var rows = Part(batch.Added, from);
            var insert = Changing(Insert, rows);
            insert.Parameters.Add(Values(rows, static (in TaskRow row) => IdOf(row.Id), NpgsqlDbType.Uuid));
            insert.Parameters.Add(Values(rows, static (in TaskRow row) => Number(row.Parent), NpgsqlDbType.Bigint));
            insert.Parameters.Add(Values(rows, static (in TaskRow row) => row.Type, NpgsqlDbType.Text));
            insert.Parameters.Add(Values(rows, static (in TaskRow row) => Text(row.Payload), NpgsqlDbType.Text));
            insert.Parameters.Add(Values(rows, static (in TaskRow row) => Text(row.Options), NpgsqlDbType.Text));
            insert.Parameters.Add(Values(rows, static (in TaskRow row) => Time(row.CreatedAt), NpgsqlDbType.TimestampTz));
            Add(insert, -1); // all, or an error
        }

        for (var from = 0; from < batch.Changed.Count; from += RowsMax)
        {
            var rows = Part(batch.Changed, from);
            Add(Changing(Update, rows), rows.Length);
        }

        if (batch.Trees.Count > 0)
        {
            Add(
                Command(
                    "UPDATE task SET counts = n.counts, tree_ended_at = n.ended_at FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS n (tree, counts, ended_at) WHERE task.tree = n.tree AND task.no = 0",
                    Parameter(batch.Trees.Select(static tree => tree.Tree).ToArray(), NpgsqlDbType.Bigint),
                    Parameter(batch.Trees.Select(static tree => Text(tree.Counts)).ToArray(), NpgsqlDbType.Text),
                    Parameter(batch.Trees.Select(static tree => Time(tree.EndedAt)).ToArray(), NpgsqlDbType.TimestampTz)),
                batch.Trees.Count);
        }

        if (batch.Opened.Count > 0)
        {
            Add(Command("INSERT INTO live_tree SELECT * FROM unnest($1::bigint[])", Parameter(batch.Opened.ToArray(), NpgsqlDbType.Bigint)), -1);
        }

        if (batch.Closed.Count > 0)
        {
            Add(Command("DELETE FROM live_tree WHERE tree = ANY ($1::bigint[])", Parameter(batch.Closed.ToArray(), NpgsqlDbType.Bigint)), batch.Closed.Count);
        }

        WriteRunning(commands, batch, expected);
        if (batch.Taken.Count > 0)
        {
            Add(Command("DELETE FROM inbox WHERE no = ANY ($1::bigint[])", Parameter(batch.Taken.ToArray(), NpgsqlDbType.Bigint)), -1);
        }

        WriteWhatIsRare(batch, Add);
        return expected;

        void Add(NpgsqlBatchCommand command, int rows)
        {
            commands.BatchCommands.Add(command);
            expected.Add(rows);
        }
    }

    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // every text is a constant of this assembly
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>The id as it is printed, with dashes.</summary>
    public static Guid IdOf(TaskId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, id.High);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], id.Low);
        return new Guid(bytes, bigEndian: true);
    }

    private static void WriteRunning(NpgsqlBatch commands, StoreBatch batch, List<int> expected)
    {
        if (batch.Running.Count == 0)
        {
            return;
        }

        var idle = batch.Running.Where(static running => running.Tasks is null).Select(static running => running.Worker).ToArray();
        var busy = batch.Running.Where(static running => running.Tasks is not null).ToArray();
        commands.BatchCommands.Add(Command("DELETE FROM running WHERE worker = ANY ($1::int[])", Parameter(idle, NpgsqlDbType.Integer)));
        commands.BatchCommands.Add(Command(
            "INSERT INTO running SELECT * FROM unnest($1::int[], $2::jsonb[]) ON CONFLICT (worker) DO UPDATE SET tasks = excluded.tasks",
            Parameter(busy.Select(static running => running.Worker).ToArray(), NpgsqlDbType.Integer),
            Parameter(busy.Select(static running => Text(StoreJson.Write(running.Tasks!))!).ToArray(), NpgsqlDbType.Jsonb)));
        expected.AddRange([-1, -1]);
    }

    private static void WriteWhatIsRare(StoreBatch batch, Action<NpgsqlBatchCommand, int> add)
    {
        if (batch.Facts.Count > 0)
        {
            var set = batch.Facts.Where(static fact => fact.Value is not null).ToArray();
            add(Command("DELETE FROM facts WHERE key = ANY ($1::text[])", Parameter(batch.Facts.Select(static fact => fact.Key).ToArray(), NpgsqlDbType.Text)), -1);
            add(
                Command(
                    "INSERT INTO facts SELECT * FROM unnest($1::text[], $2::text[])",
                    Parameter(set.Select(static fact => fact.Key).ToArray(), NpgsqlDbType.Text), Parameter(set.Select(static fact => Text(fact.Value)).ToArray(), NpgsqlDbType.Text)),
                set.Length);
        }

        foreach (var entry in batch.Audit)
        {
            add(
                Command(
                    "INSERT INTO audit_entry (at, who, action, target, count, detail) VALUES ($1, $2, $3, $4, $5, $6)",
                    new NpgsqlParameter<DateTime> { TypedValue = Time(entry.At)!.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new NpgsqlParameter<string> { TypedValue = entry.Who },
                    new NpgsqlParameter<string> { TypedValue = entry.Action }, new NpgsqlParameter<string> { TypedValue = entry.Target },
                    new NpgsqlParameter<long> { TypedValue = entry.Count }, new NpgsqlParameter<string?> { TypedValue = entry.Detail, NpgsqlDbType = NpgsqlDbType.Text }),
                1);
        }

        if (batch.Released.Count > 0)
        {
            add(
                Command(
                    "UPDATE task SET flags = flags & ~256 FROM unnest($1::bigint[], $2::bigint[]) AS n (tree, no) WHERE task.tree = n.tree AND task.no = n.no",
                    Parameter(batch.Released.Select(static task => task.Tree).ToArray(), NpgsqlDbType.Bigint),
                    Parameter(batch.Released.Select(static task => task.Number).ToArray(), NpgsqlDbType.Bigint)),
                -1);
        }
    }

    private static NpgsqlBatchCommand Changing(string sql, ReadOnlySpan<TaskRow> rows) => Command(
        sql,
        Values(rows, static (in TaskRow row) => row.Tree, NpgsqlDbType.Bigint), // from 1: always an array, which says how many rows there are
        Values(rows, static (in TaskRow row) => row.Number, NpgsqlDbType.Bigint),
        Values(rows, static (in TaskRow row) => (int)row.Flags, NpgsqlDbType.Integer),
        Values(rows, static (in TaskRow row) => Number(row.Join), NpgsqlDbType.Bigint),
        Values(rows, static (in TaskRow row) => row.Place, NpgsqlDbType.Integer),
        Values(rows, static (in TaskRow row) => (short)row.State, NpgsqlDbType.Smallint),
        Values(rows, static (in TaskRow row) => Time(row.DueAt), NpgsqlDbType.TimestampTz),
        Values(rows, static (in TaskRow row) => row.Attempt, NpgsqlDbType.Integer),
        Values(rows, static (in TaskRow row) => row.Losses, NpgsqlDbType.Integer),
        Values(rows, static (in TaskRow row) => Time(row.EndedAt), NpgsqlDbType.TimestampTz),
        Values(rows, static (in TaskRow row) => Number(row.EndedOrder), NpgsqlDbType.Bigint),
        Values(rows, static (in TaskRow row) => Text(row.Outcome), NpgsqlDbType.Text),
        Values(rows, static (in TaskRow row) => Text(row.Joins), NpgsqlDbType.Text),
        Values(rows, static (in TaskRow row) => Text(row.Counts), NpgsqlDbType.Text),
        Values(rows, static (in TaskRow row) => Time(row.TreeEndedAt), NpgsqlDbType.TimestampTz));

    /// <summary>A column of the rows. Where it is null or zero in all of them there is no array: the server fills up what is missing beside the trees, and an array costs it as much as a column of a row.</summary>
    private static NpgsqlParameter Values<T>(ReadOnlySpan<TaskRow> rows, Selector<T> select, NpgsqlDbType type)
    {
        var first = 0;
        while (first < rows.Length && EqualityComparer<T>.Default.Equals(select(in rows[first]), default))
        {
            first++;
        }

        if (first == rows.Length)
        {
            return Parameter<T>(null, type);
        }

        var values = new T[rows.Length];
        for (var index = first; index < values.Length; index++)
        {
            values[index] = select(in rows[index]);
        }

        return Parameter(values, type);
    }

    public static NpgsqlParameter Parameter<T>(T[]? values, NpgsqlDbType type) => new NpgsqlParameter<T[]?> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static ReadOnlySpan<TaskRow> Part(List<TaskRow> rows, int from) => CollectionsMarshal.AsSpan(rows).Slice(from, Math.Min(RowsMax, rows.Count - from));

    private static long? Number(long value) => value == TaskRow.None ? null : value;

    private static string? Text(byte[]? utf8) => utf8 is null ? null : Encoding.UTF8.GetString(utf8);

    /// <summary>In whole microseconds, which is what the server has, and never earlier than asked for.</summary>
    private static DateTime? Time(long ticks) =>
        ticks == TaskRow.None ? null : new DateTime((ticks + 9) / 10 * 10, DateTimeKind.Utc);

    private delegate T Selector<T>(in TaskRow row);
}
