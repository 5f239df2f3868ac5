using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Actors.Storage;

namespace Actors.Sqlite;

/// <summary>
/// A statement that is prepared once and used again: no command, no parameter objects, and UTF-8 stays UTF-8. Parameters and columns are numbered in the order
/// of binding and reading; what is bound to nothing stays NULL.
/// </summary>
internal sealed class Statement : IDisposable
{
    private const long EpochTicks = 621355968000000000; // 1970-01-01
    private const uint PreparedForLong = 1;
    private readonly Database _database;
    private nint _statement;
    private int _next;

    public unsafe Statement(Database database, string sql)
    {
        _database = database;
        var utf8 = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = utf8)
        {
            Check(Native.sqlite3_prepare_v3(database.Handle, text, utf8.Length, PreparedForLong, out _statement, 0));
        }
    }

    public Statement Bind(long value)
    {
        Check(Native.sqlite3_bind_int64(_statement, ++_next, value));
        return this;
    }

    /// <summary>NULL for <see cref="TaskRow.None"/>.</summary>
    public Statement BindOptional(long value)
    {
        if (value == TaskRow.None)
        {
            _next++;
            return this;
        }

        return Bind(value);
    }

    /// <summary>Microseconds since 1970, never earlier than asked for.</summary>
    public Statement BindTime(long ticks) => BindOptional(ticks == TaskRow.None ? ticks : (ticks - EpochTicks + 9) / 10);

    public unsafe Statement Bind(byte[]? utf8)
    {
        _next++;
        if (utf8 is not null)
        {
            fixed (byte* text = utf8)
            {
                byte none;
                Check(Native.sqlite3_bind_text(_statement, _next, utf8.Length == 0 ? &none : text, utf8.Length, Native.Transient));
            }
        }

        return this;
    }

    public Statement BindOptional(string? text) => Bind(text is null ? null : Encoding.UTF8.GetBytes(text));

    public Statement Bind(string text) => Bind(Encoding.UTF8.GetBytes(text));

    public unsafe Statement Bind(TaskId id)
    {
        var bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(bytes, 8), id.High);
        BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(bytes + 8, 8), id.Low);
        Check(Native.sqlite3_bind_blob(_statement, ++_next, bytes, 16, Native.Transient));
        return this;
    }

    /// <summary>Runs it to its end, and makes it ready to be bound again.</summary>
    public void Run()
    {
        var result = Native.sqlite3_step(_statement);
        if (result is not (Native.Done or Native.Row))
        {
            var error = _database.Error(result);
            Reset();
            throw error;
        }

        Reset();
    }

    /// <summary>Goes to the next row.</summary>
    public bool Step()
    {
        _next = 0;
        var result = Native.sqlite3_step(_statement);
        if (result == Native.Row)
        {
            return true;
        }

        Check(result == Native.Done ? Native.Ok : result);
        return false;
    }

    /// <summary>Makes it ready to be bound again.</summary>
    public void Reset()
    {
        _next = 0;
        _ = Native.sqlite3_reset(_statement);
        _ = Native.sqlite3_clear_bindings(_statement);
    }

    public long Number() => Native.sqlite3_column_int64(_statement, _next++);

    public long OptionalNumber() => Native.sqlite3_column_type(_statement, _next) == Native.Null ? Skip() : Number();

    public long Time() => OptionalNumber() is var micros && micros == TaskRow.None ? micros : (micros * 10) + EpochTicks;

    public byte[]? Text()
    {
        if (Native.sqlite3_column_type(_statement, _next) == Native.Null)
        {
            Skip();
            return null;
        }

        return Bytes().ToArray();
    }

    public string String() => Encoding.UTF8.GetString(Bytes());

    public string? OptionalString() => Text() is { } utf8 ? Encoding.UTF8.GetString(utf8) : null;

    public unsafe ReadOnlySpan<byte> Bytes()
    {
        var start = Native.sqlite3_column_blob(_statement, _next);
        return new ReadOnlySpan<byte>((void*)start, Native.sqlite3_column_bytes(_statement, _next++));
    }

    public TaskId Id()
    {
        var bytes = Bytes();
        return bytes.Length == 16
            ? new TaskId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
            : throw new StoreException($"The store is damaged: an id of {bytes.Length} byte(s).");
    }

    public void Dispose()
    {
        _ = Native.sqlite3_finalize(_statement);
        _statement = 0;
    }

    private long Skip()
    {
        _next++;
        return TaskRow.None;
    }

    private void Check(int result)
    {
        if (result != Native.Ok)
        {
            throw _database.Error(result);
        }
    }
}
