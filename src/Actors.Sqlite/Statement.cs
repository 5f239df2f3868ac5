using System.Buffers.Binary;
using Actors.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Actors.Sqlite;

/// <summary>
/// A statement that is prepared once and used again, on SQLite's own interface: no command, no parameter objects, and UTF-8 stays UTF-8. Twice as fast as through
/// ADO.NET, which is what a commit of a thousand rows needs. Parameters and columns are numbered in the order of binding and reading.
/// </summary>
internal sealed class Statement : IDisposable
{
    private const long EpochTicks = 621355968000000000; // 1970-01-01
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _next;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    public Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_next, value));
        return this;
    }

    /// <summary>NULL for <see cref="TaskRow.None"/>.</summary>
    public Statement BindOptional(long value)
    {
        if (value == TaskRow.None)
        {
            Check(raw.sqlite3_bind_null(_statement, ++_next));
            return this;
        }

        return Bind(value);
    }

    /// <summary>Microseconds since 1970, never earlier than asked for.</summary>
    public Statement BindTime(long ticks) => BindOptional(ticks == TaskRow.None ? ticks : (ticks - EpochTicks + 9) / 10);

    public Statement Bind(byte[]? utf8)
    {
        Check(utf8 is null ? raw.sqlite3_bind_null(_statement, ++_next) : raw.sqlite3_bind_text(_statement, ++_next, utf8));
        return this;
    }

    public Statement Bind(string text)
    {
        Check(raw.sqlite3_bind_text(_statement, ++_next, text));
        return this;
    }

    public Statement Bind(TaskId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], id.Low);
        Check(raw.sqlite3_bind_blob(_statement, ++_next, bytes));
        return this;
    }

    /// <summary>Runs it to its end, and makes it ready to be bound again.</summary>
    public void Run()
    {
        _next = 0;
        var result = raw.sqlite3_step(_statement);
        var reset = raw.sqlite3_reset(_statement);
        Check(result is raw.SQLITE_DONE or raw.SQLITE_ROW ? reset : result);
    }

    /// <summary>Goes to the next row.</summary>
    public bool Step()
    {
        _next = 0;
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Check(result == raw.SQLITE_DONE ? raw.SQLITE_OK : result);
        return false;
    }

    /// <summary>Makes it ready to be bound again.</summary>
    public void Reset()
    {
        _next = 0;
        _ = raw.sqlite3_reset(_statement);
    }

    public long Number() => raw.sqlite3_column_int64(_statement, _next++);

    public long OptionalNumber() => raw.sqlite3_column_type(_statement, _next) == raw.SQLITE_NULL ? Skip() : Number();

    public long Time() => OptionalNumber() is var micros && micros == TaskRow.None ? micros : (micros * 10) + EpochTicks;

    public byte[]? Text()
    {
        if (raw.sqlite3_column_type(_statement, _next) == raw.SQLITE_NULL)
        {
            Skip();
            return null;
        }

        return raw.sqlite3_column_blob(_statement, _next++).ToArray();
    }

    public ReadOnlySpan<byte> Bytes() => raw.sqlite3_column_blob(_statement, _next++);

    public TaskId Id()
    {
        var bytes = Bytes();
        return bytes.Length == 16
            ? new TaskId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
            : throw new StoreException($"The store is damaged: an id of {bytes.Length} byte(s).");
    }

    public void Dispose() => _statement.Dispose();

    private long Skip()
    {
        _next++;
        return TaskRow.None;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException($"SQLite error {result}: {raw.sqlite3_errmsg(_database).utf8_to_string()}", result, raw.sqlite3_extended_errcode(_database));
        }
    }
}
