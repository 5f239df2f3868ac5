using Actors.Storage;

namespace Actors.Sqlite;

/// <summary>Stores at <c>sqlite:FILE</c>.</summary>
internal sealed class SqliteStoreProvider : IStoreProvider
{
    public ITaskStore Create(string place) => new SqliteTaskStore(place);
}
