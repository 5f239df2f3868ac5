namespace Actors.Storage.Tests;

/// <summary>As a fixture.</summary>
public sealed partial class PostgreSqlServer : IAsyncLifetime;

/// <summary>One server for all tests that need it.</summary>
[CollectionDefinition(nameof(PostgreSqlServer))]
public sealed class PostgreSqlTests : ICollectionFixture<PostgreSqlServer>;
