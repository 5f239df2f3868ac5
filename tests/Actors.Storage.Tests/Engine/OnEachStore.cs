namespace Actors.Storage.Tests.Engine;

/// <summary>On a file.</summary>
public sealed class DurableEngineOnSqliteSpec : DurableEngineSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class DurableEngineOnPostgreSqlSpec(PostgreSqlServer server) : DurableEngineSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
