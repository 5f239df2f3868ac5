using Actors.PostgreSql;
using Actors.Sqlite;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Actors.Storage.Tests.Engine;

/// <summary>Tasks that are enqueued in transactions of the user's own.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class InboxSpec(PostgreSqlServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_is_committed_in_a_file_runs_and_what_is_rolled_back_never_was()
    {
        using var file = new StoreFile();
        await using var engine = await Incarnation.StartAsync(file.Location);
        using var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False");
        connection.Open();
        await EnqueueAsync(engine, (tasks, isCommitted) =>
        {
            using var transaction = connection.BeginTransaction();
            foreach (var task in tasks)
            {
                SqliteTaskInbox.Enqueue(transaction, task);
            }

            if (isCommitted)
            {
                transaction.Commit();
            }

            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task What_is_committed_in_a_database_runs_and_what_is_rolled_back_never_was()
    {
        var location = await server.NewDatabaseAsync();
        await using var engine = await Incarnation.StartAsync("postgres:" + location);
        await using var connection = new NpgsqlConnection(location);
        await connection.OpenAsync();
        await EnqueueAsync(engine, async (tasks, isCommitted) =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            foreach (var task in tasks)
            {
                await PostgreSqlTaskInbox.EnqueueAsync(transaction, task);
            }

            if (isCommitted)
            {
                await transaction.CommitAsync();
            }
        });
    }

    /// <summary>In virtual time, of which no more passes than until the inbox is looked into for the first time.</summary>
    [Fact]
    public async Task Where_more_is_enqueued_than_is_read_at_once_the_rest_is_read_without_a_pause()
    {
        const int tasks = 2_500;
        using var file = new StoreFile();
        await using var engine = await Incarnation.StartAsync(
            file.Location, hocon: "actors.store.inbox-interval = 10s", clock: new DateTimeOffset(2040, 3, 1, 0, 0, 0, TimeSpan.Zero));
        using var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False");
        connection.Open();
        using (var transaction = connection.BeginTransaction())
        {
            for (var number = 0; number < tasks; number++)
            {
                SqliteTaskInbox.Enqueue(transaction, engine.Client.Prepare(new Count(0, 0)));
            }

            transaction.Commit();
        }

        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        await engine.UntilAsync(static progress => progress.Count(TaskState.Succeeded) == tasks);
    }

    [Fact]
    public async Task What_cannot_be_enqueued_is_said_at_once()
    {
        using var file = new StoreFile();
        await using var engine = await Incarnation.StartAsync(file.Location);
        Assert.Throws<ArgumentException>(() => engine.Client.Prepare(new Count(0, 0), new SubmitOptions { Delay = TimeSpan.FromSeconds(1) }));
        Assert.Throws<ArgumentException>(() => engine.Client.Prepare(new Count(0, 0), new SubmitOptions { WhenDone = new Ring("x") }));
        Assert.Throws<PayloadException>(() => engine.Client.Prepare(new Gate(new string('x', 1 << 20))));
        await using var memory = await Incarnation.StartAsync("memory");
        Assert.Throws<InvalidOperationException>(() => memory.Client.Prepare(new Count(0, 0)));
    }

    private static async Task EnqueueAsync(Incarnation engine, Func<IReadOnlyList<PreparedTask>, bool, Task> enqueue)
    {
        engine.Doors["twice"].SetResult("once");
        var undone = engine.Client.Prepare(new Gate("undone"));
        await enqueue([undone], false);
        var twice = engine.Client.Prepare(new Gate("twice"), new SubmitOptions { Key = "twice" });
        var many = Enumerable.Range(0, 50).Select(_ => engine.Client.Prepare(new Count(2, 3))).ToArray();
        await enqueue([twice, .. many, twice], true);
        foreach (var task in many)
        {
            Assert.Equal(9, (await (await FoundAsync<long>(engine, task.Id)).OutcomeAsync().WaitAsync(Patience)).Value);
        }

        Assert.Equal("once", (await (await FoundAsync<string>(engine, twice.Id)).OutcomeAsync().WaitAsync(Patience)).Value);
        await enqueue([twice, many[0]], true);
        var last = engine.Client.Prepare(new Count(0, 0));
        await enqueue([last], true);
        await (await FoundAsync<long>(engine, last.Id)).OutcomeAsync().WaitAsync(Patience);
        Assert.Equal(["twice 1"], engine.Doors.Ran);
        Assert.Null(await engine.Client.FindAsync<string>(undone.Id));
    }

    private static async Task<TaskHandle<T>> FoundAsync<T>(Incarnation engine, TaskId id)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var _ in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(10), patience.Token))
        {
            if (await engine.Client.FindAsync<T>(id) is { } handle)
            {
                return handle;
            }
        }

        throw new TimeoutException($"{id} was never taken up.");
    }
}
