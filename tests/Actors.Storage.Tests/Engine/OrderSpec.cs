using System.Text;

namespace Actors.Storage.Tests.Engine;

/// <summary>What was said of the order of tasks holds in the next process, whatever the kind of store.</summary>
public abstract class OrderSpec : IAsyncLifetime
{
    private const string OneWorker = "actors.default-pool.workers = 1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private ITestStore _store = null!;

    /// <summary>An empty place for a store.</summary>
    internal abstract Task<ITestStore> NewStoreAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => _store = await NewStoreAsync();

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _store.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_is_urgent_stays_urgent_and_so_do_its_follow_ups()
    {
        await using (var first = await StartAsync(OneWorker))
        {
            await first.Client.SubmitAsync(new EarlyGate("hold"), new SubmitOptions { Priority = 9 });
            await RanAsync(first, "hold 1");
            await first.Client.SubmitAsync(new Gate("humble"), new SubmitOptions { Priority = 0 });
            await first.Client.SubmitAsync(new Gate("usual"));
            await first.Client.SubmitAsync(new Gate("urgent"), new SubmitOptions { Priority = 8 });
        }

        Assert.Contains(
            _store.Rows(),
            static row => row.Type == nameof(Gate) && row.Options is { } options && Encoding.UTF8.GetString(options).Contains("\"priority\":9", StringComparison.Ordinal));
        await using var second = await StartAsync(OneWorker);
        string[] order = ["hold 2", "hold.child 1", "urgent 1", "usual 1", "humble 1"];
        foreach (var ran in order)
        {
            await RanAsync(second, ran);
            second.Doors[ran[..^2]].SetResult("");
        }

        Assert.Equal(order, second.Doors.Ran);
    }

    private static async Task RanAsync(Incarnation engine, string name)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var _ in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(5), patience.Token))
        {
            if (engine.Doors.Ran.Contains(name))
            {
                return;
            }
        }

        Assert.Fail($"{name} not within {Patience}");
    }

    private Task<Incarnation> StartAsync(string hocon) => Incarnation.StartAsync(_store.Location, hocon: hocon);
}

/// <summary>On a file.</summary>
public sealed class OrderOnSqliteSpec : OrderSpec
{
    internal override Task<ITestStore> NewStoreAsync() => Task.FromResult<ITestStore>(new StoreFile());
}

/// <summary>On a server.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class OrderOnPostgreSqlSpec(PostgreSqlServer server) : OrderSpec
{
    internal override async Task<ITestStore> NewStoreAsync() => new StoreDatabase(await server.NewDatabaseAsync());
}
