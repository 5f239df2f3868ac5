using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Actors.Ledger;

namespace Actors.Storage;

/// <summary>What stands as JSON in the columns of a store, apart from what users' types are written as. Names are part of the format: they never change.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TreeCounts))]
[JsonSerializable(typeof(StoredFailure))]
[JsonSerializable(typeof(StoredOptions))]
[JsonSerializable(typeof(StoredJoin))]
[JsonSerializable(typeof(StoredPause))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    public static byte[] Write(TreeCounts value) => JsonSerializer.SerializeToUtf8Bytes(value, Default.TreeCounts);

    public static byte[] Write(Failure value) => JsonSerializer.SerializeToUtf8Bytes(Storage.StoredFailure.Of(value), Default.StoredFailure);

    public static byte[] Write(StoredJoin value) => JsonSerializer.SerializeToUtf8Bytes(value, Default.StoredJoin);

    /// <param name="options">The task's.</param>
    /// <param name="priority">The task's priority, inherited or its own; null where it is the type's.</param>
    /// <param name="duplicateOf">The task that had its unique key when it became real; null where none had.</param>
    /// <returns>Null where nothing is different from the type.</returns>
    public static byte[]? Write(SpawnOptions? options, int? priority, TaskId? duplicateOf = null) => priority is null && options is { Timeout: null, Retry: null, Unique: null } or null
        ? null
        : JsonSerializer.SerializeToUtf8Bytes(
            new StoredOptions(options?.Timeout, options?.Retry is { } retry ? Storage.StoredRetry.Of(retry) : null, priority, options?.Unique, duplicateOf?.ToString()), Default.StoredOptions);

    public static byte[] Write(Pause value) => JsonSerializer.SerializeToUtf8Bytes(Storage.StoredPause.Of(value), Default.StoredPause);

    /// <summary>What a worker has: an array of arrays of tree, number and attempt.</summary>
    public static byte[] Write(RunningTask[] tasks)
    {
        const int LongestOne = 3 + 20 + 20 + 11 + 1; // brackets and commas, two long numbers and a short one, the comma behind
        var room = ArrayPool<byte>.Shared.Rent(2 + (tasks.Length * LongestOne));
        var length = 0;
        room[length++] = (byte)'[';
        foreach (var task in tasks)
        {
            if (length > 1)
            {
                room[length++] = (byte)',';
            }

            Utf8.TryWrite(room.AsSpan(length), CultureInfo.InvariantCulture, $"[{task.Tree},{task.Number},{task.Attempt}]", out var written);
            length += written;
        }

        room[length++] = (byte)']';
        var json = room.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(room);
        return json;
    }

    public static Pause ReadPause(byte[] json) => Read(json, Default.StoredPause).ToPause();

    public static TreeCounts ReadCounts(byte[] json) => Read(json, Default.TreeCounts);

    public static Failure ReadFailure(byte[] json) => Read(json, Default.StoredFailure).ToFailure();

    public static StoredJoin ReadJoin(byte[] json) => Read(json, Default.StoredJoin);

    public static SpawnOptions ReadOptions(byte[] json)
    {
        var options = Read(json, Default.StoredOptions);
        return new SpawnOptions { Timeout = options.Timeout, Retry = options.Retry?.ToPolicy(), Priority = options.Priority, Unique = options.Unique };
    }

    /// <summary>The task that had a row's unique key when that became real; null where none had.</summary>
    public static TaskId? ReadDuplicateOf(in TaskRow row) =>
        row.Options is not null && TaskId.TryParse(Read(row.Options, Default.StoredOptions).DuplicateOf, out var other) ? other : null;

    /// <summary>What stands as a fact.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static T ReadFact<T>(string key, byte[] json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw new StoreException($"The store is damaged: the fact '{key}' cannot be read: {exception.Message}", exception);
        }
    }

    private static T Read<T>(byte[] json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException)
        {
            throw new StoreException($"The store is damaged: a {typeof(T).Name} cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>A tree's counts.</summary>
internal sealed record TreeCounts
{
    /// <summary>How many tasks it ever had: the number that the next one gets.</summary>
    public long Tasks { get; init; }

    public long Live { get; init; }

    public long Succeeded { get; init; }

    public long Failed { get; init; }

    public long Cancelled { get; init; }

    public long UnjoinedFailures { get; init; }

    public StoredFailure? FirstUnjoinedFailure { get; init; }

    public bool IsCancelRequested { get; init; }

    /// <summary>Who has paused it.</summary>
    public StoredPause? Pause { get; init; }

    /// <summary>Its deadline and budget, and what is used up of it.</summary>
    public StoredTerms? Terms { get; init; }

    /// <summary>The tree's outcome, once it has ended.</summary>
    public TaskState? State { get; init; }

    /// <summary>The root of the tree that this one runs again; null where it does not.</summary>
    public string? RetryOf { get; init; }

    /// <summary>What the ids of this tree are shifted by; null where they are not.</summary>
    public string? Shift { get; init; }

    /// <summary>Those of a tree, from its root's row; of one that never had more than its root, that row says it all.</summary>
    public static TreeCounts Of(in TaskRow root) => root.Counts is not null ? StoreJson.ReadCounts(root.Counts) : new TreeCounts
    {
        Tasks = 1,
        Live = root.State.IsTerminal() ? 0 : 1,
        Succeeded = root.State == TaskState.Succeeded ? 1 : 0,
        Failed = root.State == TaskState.Failed ? 1 : 0,
        Cancelled = root.State == TaskState.Cancelled ? 1 : 0,
        State = root.TreeEndedAt == TaskRow.None ? null : root.State,
    };

    [JsonIgnore]
    public TaskId ShiftId => TaskId.TryParse(Shift, out var shift) ? shift : default;

    [JsonIgnore]
    public TaskId? RetryOfId => TaskId.TryParse(RetryOf, out var root) ? root : null;
}

/// <summary>What a task has different from its type.</summary>
internal sealed record StoredOptions(TimeSpan? Timeout, StoredRetry? Retry, int? Priority, UniqueTask? Unique = null, string? DuplicateOf = null);

/// <summary>A pause of a pool, a type or a tree.</summary>
internal sealed record StoredPause(string By, DateTimeOffset Since)
{
    public static StoredPause Of(Pause pause) => new(pause.By, pause.Since);

    public Pause ToPause() => new(By, Since);
}

/// <summary>A tree's deadline and budget.</summary>
internal sealed record StoredTerms
{
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Whether the deadline has passed and what was live then has ended, or is marked.</summary>
    public bool IsOver { get; init; }

    public long? TasksMax { get; init; }

    public int? DepthMax { get; init; }

    public long? AttemptsMax { get; init; }

    public TimeSpan? RunningTimeMax { get; init; }

    public long Attempts { get; init; }

    public TimeSpan Ran { get; init; }

    public static StoredTerms Of(TreeTerms terms, long now) => new()
    {
        DeadlineAt = terms.DeadlineAt == long.MaxValue ? null : new DateTimeOffset(terms.DeadlineAt, TimeSpan.Zero),
        IsOver = terms.IsTold,
        TasksMax = terms.Budget?.Tasks,
        DepthMax = terms.Budget?.Depth,
        AttemptsMax = terms.Budget?.Attempts,
        RunningTimeMax = terms.Budget?.RunningTime,
        Attempts = terms.Attempts,
        Ran = terms.RanUntil(now),
    };

    public TreeTerms ToTerms() => new()
    {
        DeadlineAt = DeadlineAt?.UtcTicks ?? long.MaxValue,
        IsOver = IsOver,
        IsTold = IsOver,
        Budget = this is { TasksMax: null, DepthMax: null, AttemptsMax: null, RunningTimeMax: null }
            ? null
            : new TaskBudget { Tasks = TasksMax, Depth = DepthMax, Attempts = AttemptsMax, RunningTime = RunningTimeMax },
        Attempts = Attempts,
        Ran = Ran,
    };
}

/// <summary>A retry policy without rules for exceptions: those name types of the program, which no store knows.</summary>
internal sealed record StoredRetry(int MaxAttempts, TimeSpan Delay, double Factor, TimeSpan MaxDelay, double Jitter)
{
    public static StoredRetry Of(RetryPolicy policy) => new(policy.MaxAttempts, policy.Delay, policy.Factor, policy.MaxDelay, policy.Jitter);

    public RetryPolicy ToPolicy() => new() { MaxAttempts = MaxAttempts, Delay = Delay, Factor = Factor, MaxDelay = MaxDelay, Jitter = Jitter };
}

/// <summary>What a join is besides a task.</summary>
internal sealed record StoredJoin
{
    /// <summary>The policy's name: All, Collect or Quorum.</summary>
    public required string Policy { get; init; }

    public int Needed { get; init; }

    public int Children { get; init; }

    /// <summary>How many of the tree's tasks had ended when the join was made: of those the children count in their places' order.</summary>
    public long After { get; init; }

    /// <summary>How many outcomes a fold has folded in.</summary>
    public long Folded { get; init; }

    /// <summary>How many outcomes a fold had got when it was decided before all its children had ended; 0 where it was not.</summary>
    public int Taken { get; init; }

    /// <summary>What a fold carries, as its type writes it; null before the first step.</summary>
    public string? State { get; init; }
}

/// <summary>A failure.</summary>
internal sealed record StoredFailure(
    FailureKind Kind, string Type, string Message, string? StackTrace, string TaskId, string TaskType, int Attempt, IReadOnlyList<string>? Path)
{
    public static StoredFailure Of(Failure failure) => new(
        failure.Kind, failure.Type, failure.Message, failure.StackTrace, failure.TaskId.ToString(), failure.TaskType, failure.Attempt,
        [.. failure.Path.Select(static id => id.ToString())]);

    public Failure ToFailure() => new()
    {
        Kind = Kind,
        Type = Type,
        Message = Message,
        StackTrace = StackTrace,
        TaskId = IdOf(TaskId),
        TaskType = TaskType,
        Attempt = Attempt,
        Path = [.. (Path ?? []).Select(IdOf)],
    };

    private static TaskId IdOf(string text) => Actors.TaskId.TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no task id.");
}
