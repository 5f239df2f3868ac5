using Actors.Storage;
using Npgsql;

namespace Actors.PostgreSql;

/// <summary>Stores at <c>postgres:CONNECTION</c>, where the connection is as Npgsql takes it: <c>Host=...;Username=...;Database=...</c>.</summary>
internal sealed class PostgreSqlStoreProvider : IStoreProvider
{
    public ITaskStore Create(string place)
    {
        try
        {
            return new PostgreSqlTaskStore(new NpgsqlConnectionStringBuilder(place));
        }
        catch (ArgumentException exception)
        {
            throw new StoreException($"The connection of the store cannot be read: {exception.Message} It is as Npgsql takes it: Host=...;Username=...;Password=...;Database=...", exception);
        }
    }
}
