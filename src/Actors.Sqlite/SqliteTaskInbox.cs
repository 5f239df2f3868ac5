using System.Buffers.Binary;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Actors.Sqlite;

/// <summary>Puts tasks into a store within a transaction of the user's own, on the same file.</summary>
public static class SqliteTaskInbox
{
    /// <summary>Enqueues a task: it exists if and only if the transaction commits, and the engine on that store takes it up within <c>actors.store.inbox-interval</c>.</summary>
    /// <param name="transaction">On the file of the store. Keep it short: an SQLite file has one writer at a time, and the engine is one.</param>
    /// <param name="task">The task, from <c>TaskClient.Prepare</c>. One whose key is known already makes no second tree.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="SqliteException">The file has no store, or cannot be written.</exception>
    public static void Enqueue(SqliteTransaction transaction, PreparedTask task)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(task);
        using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO inbox (id, type, payload, options) VALUES ($id, $type, $payload, $options)";
        var id = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(id, task.Id.High);
        BinaryPrimitives.WriteUInt64BigEndian(id.AsSpan(8), task.Id.Low);
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$type", task.Type);
        command.Parameters.AddWithValue("$payload", Encoding.UTF8.GetString(task.Payload));
        command.Parameters.AddWithValue("$options", task.Options is null ? DBNull.Value : Encoding.UTF8.GetString(task.Options));
        command.ExecuteNonQuery();
    }
}
