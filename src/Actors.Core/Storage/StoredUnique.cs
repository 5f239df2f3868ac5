using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Admission;
using Actors.Ledger;

namespace Actors.Storage;

/// <summary>A unique task that has ended and still counts, as it stands in a store: one fact. Names are part of the format: they never change.</summary>
internal sealed record StoredUnique
{
    /// <summary>What the keys of the facts begin with; what follows is made of the type's name and the key, and is no longer however long those are.</summary>
    public const string Prefix = "unique/";

    /// <summary>What the keys of facts begin with that tell of those that ended before all live tasks were back; what follows is the task's id. They stand until all are.</summary>
    public const string MeanwhilePrefix = "unique-meanwhile/";

    public required string Type { get; init; }

    public required string Key { get; init; }

    public required string Task { get; init; }

    /// <summary>UTC ticks: when it became real.</summary>
    public long BornAt { get; init; }

    /// <summary>UTC ticks: until when it counts.</summary>
    public long Until { get; init; }

    public TaskState State { get; init; }

    /// <summary>The result or the failure, as in the task's row.</summary>
    public byte[]? Outcome { get; init; }

    public static string FactOf(string type, string key) => Prefix + TaskId.FromKey($"{type.Length} {type} {key}");

    public static StoredUnique Of(EndedUnique ended) => new()
    {
        Type = ended.Type.Name,
        Key = ended.Key,
        Task = ended.Id.ToString(),
        BornAt = ended.BornTicks,
        Until = ended.UntilTicks,
        State = ended.State,
        Outcome = StoredOutcomes.BytesOf(ended.Type, ended.Outcome),
    };

    /// <exception cref="StoreException">The store is damaged.</exception>
    public EndedUnique ToEnded(Func<string, TaskType> typeOf)
    {
        var id = TaskId.TryParse(Task, out var parsed) ? parsed : throw new StoreException($"The store is damaged: the unique {Type} of key '{Key}' is '{Task}', which is no task id.");
        var type = typeOf(Type);
        return new EndedUnique(type, Key, id, BornAt, Until, State) { Outcome = StoredOutcomes.Of(new TaskRow { Id = id, Type = Type, State = State, Outcome = Outcome }, type) };
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, UniqueJson.Default.StoredUnique);

    /// <exception cref="StoreException">It cannot be read.</exception>
    public static StoredUnique Read(string key, byte[] json) => StoreJson.ReadFact(key, json, UniqueJson.Default.StoredUnique);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredUnique))]
internal sealed partial class UniqueJson : JsonSerializerContext;
