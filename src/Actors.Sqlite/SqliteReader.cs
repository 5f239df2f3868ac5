using Actors.Storage;

namespace Actors.Sqlite;

/// <summary>Reads rows on a connection of its own: of one moment, whatever is written meanwhile.</summary>
internal sealed class SqliteReader(Database database, string sql) : ITaskReader
{
    private readonly Statement _select = new(database, sql);
    private readonly TaskRows _rows = new();
    private bool _isAtEnd;

    public int Read(Span<TaskRow> window)
    {
        var count = 0;
        while (count < window.Length && !_isAtEnd)
        {
            if (_select.Step())
            {
                window[count++] = _rows.Read(_select);
            }
            else
            {
                _isAtEnd = true;
            }
        }

        return count;
    }

    public void Dispose()
    {
        _select.Dispose();
        database.Dispose();
    }
}
