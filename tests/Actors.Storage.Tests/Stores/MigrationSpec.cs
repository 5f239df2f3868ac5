using System.Text;
using Actors.Storage.Tests.Engine;

namespace Actors.Storage.Tests.Stores;

/// <summary>Stores that an older program made.</summary>
public abstract class MigrationSpec : IAsyncLifetime
{
    private ITestStore _place = null!;

    /// <summary>An empty place.</summary>
    internal abstract Task<ITestStore> NewPlaceAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => _place = await NewPlaceAsync();

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _place.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void A_store_of_the_first_version_becomes_one_of_this_with_all_that_is_in_it()
    {
        _place.MakeOlder(1);
        var id = TaskId.FromKey("root");
        var failure = $"{{\"kind\":\"Quarantined\",\"message\":\"it died\",\"taskId\":\"{id}\",\"taskType\":\"Type\"}}";
        _place.Change(
            "INSERT INTO task (tree, no, id, type, payload, created_at, flags, place, state, attempt, losses, ended_at, ended_order, outcome, tree_ended_at) "
            + $"SELECT 1, 0, {_place.IdText(id)}, 'Type', '{{}}', {_place.TimeText}, 32, 0, 6, 3, 3, {_place.TimeText}, 1, '{failure}', {_place.TimeText}");
        Assert.Equal(1, _place.NewStore().Info().Version);

        using (var store = _place.NewStore())
        {
            store.Open("a test", takeOver: false);
            var batch = new StoreBatch { Number = 1, NextTree = 2 };
            batch.Facts.Add(new FactRow("a", "1"u8.ToArray()));
            store.Commit(batch);
        }

        using var again = _place.NewStore();
        Assert.Equal("a", Assert.Single(again.Open("a test", takeOver: false).Facts).Key);
        var (info, row) = (again.Info(), Assert.Single(again.ReadQuarantined(default, 10)));
        Assert.Equal(2, info.Version);
        Assert.True(info.Bytes > 1000);
        Assert.Equal(TaskFlags.Quarantined | TaskFlags.Suspect, row.Flags);
        Assert.Equal(failure, Encoding.UTF8.GetString(row.Outcome!));
        Assert.Equal(0, StoreAdministration.Verify(_place.Location, static _ => { }).Contradictions);
    }
}

/// <summary>In a file.</summary>
public sealed class SqliteMigrationSpec : MigrationSpec
{
    internal override Task<ITestStore> NewPlaceAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlMigrationSpec(PostgreSqlServer server) : MigrationSpec
{
    internal override async Task<ITestStore> NewPlaceAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
