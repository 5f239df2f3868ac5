using Actors.Storage;
using Npgsql;

namespace Actors.PostgreSql;

/// <summary>Reads rows on a connection of its own: one statement, so all as of one moment.</summary>
internal sealed class PostgreSqlReader : ITaskReader
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlDataReader _reader;

    public PostgreSqlReader(NpgsqlConnection connection, NpgsqlCommand command)
    {
        _connection = connection;
        _command = command;
        _command.CommandTimeout = 0; // it streams for as long as whoever reads takes
        _reader = command.ExecuteReader();
    }

    public int Read(Span<TaskRow> window)
    {
        var count = 0;
        while (count < window.Length && _reader.Read())
        {
            window[count++] = TaskRows.Read(_reader);
        }

        return count;
    }

    public void Dispose()
    {
        _command.Cancel(); // what has not been read yet need not be sent
        _reader.Dispose();
        _command.Dispose();
        _connection.Dispose();
    }
}
