namespace Actors.Storage.Tests.Engine;

/// <summary>What holds whatever the kind of store.</summary>
public abstract class EachStoreSpec : IAsyncLifetime
{
    /// <summary>What no healthy engine takes.</summary>
    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the store of this test stands.</summary>
    internal ITestStore Store { get; private set; } = null!;

    /// <summary>An empty place for a store.</summary>
    internal abstract Task<ITestStore> NewStoreAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => Store = await NewStoreAsync();

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Store.Dispose();
        return Task.CompletedTask;
    }
}

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
