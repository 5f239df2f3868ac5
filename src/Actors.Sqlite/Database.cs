using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Actors.Sqlite;

/// <summary>A connection that belongs to one thread at a time, and takes no lock of its own.</summary>
internal sealed class Database : IDisposable
{
    private nint _handle;

    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public Database(string path, TimeSpan busy)
    {
        var result = Native.sqlite3_open_v2(path, out _handle, Native.OpenReadWrite | Native.OpenNoMutex, 0);
        if (result != Native.Ok)
        {
            var error = Error(result);
            Dispose();
            throw error;
        }

        _ = Native.sqlite3_busy_timeout(_handle, (int)busy.TotalMilliseconds);
    }

    public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Database));

    /// <summary>How many rows the last statement has changed.</summary>
    public int Changes => Native.sqlite3_changes(_handle);

    /// <summary>Runs statements that give nothing back.</summary>
    public void Run(params ReadOnlySpan<string> statements)
    {
        foreach (var sql in statements)
        {
            using var statement = new Statement(this, sql);
            while (statement.Step())
            {
            }
        }
    }

    /// <summary>The one number that a query gives.</summary>
    public long Number(string sql)
    {
        using var statement = new Statement(this, sql);
        statement.Step();
        return statement.OptionalNumber();
    }

    public SqliteException Error(int result) => new(
        $"SQLite error {result}: {Marshal.PtrToStringUTF8(Native.sqlite3_errmsg(_handle))}", result, Native.sqlite3_extended_errcode(_handle));

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = Native.sqlite3_close_v2(_handle); // waits for statements that are not finalized yet: there are none
            _handle = 0;
        }
    }
}
