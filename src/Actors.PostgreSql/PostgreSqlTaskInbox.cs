using System.Text;
using Npgsql;

namespace Actors.PostgreSql;

/// <summary>Puts tasks into a store within a transaction of the user's own, on the same database.</summary>
public static class PostgreSqlTaskInbox
{
    /// <summary>Enqueues a task: it exists if and only if the transaction commits, and the engine on that store takes it up within <c>actors.store.inbox-interval</c>.</summary>
    /// <param name="transaction">On the database of the store.</param>
    /// <param name="task">The task, from <c>TaskClient.Prepare</c>. One whose key is known already makes no second tree.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NpgsqlException">The database has no store, or cannot be written.</exception>
    public static async Task EnqueueAsync(NpgsqlTransaction transaction, PreparedTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(task);
        var command = new NpgsqlCommand("INSERT INTO actors.inbox (id, type, payload, options) VALUES ($1, $2, $3, $4)", transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = RowBatch.IdOf(task.Id) });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = task.Type });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Encoding.UTF8.GetString(task.Payload) });
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = task.Options is null ? null : Encoding.UTF8.GetString(task.Options), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
