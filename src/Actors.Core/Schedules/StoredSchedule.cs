using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Storage;

namespace Actors.Schedules;

/// <summary>A schedule as it stands in a store: one fact, rewritten whole with each of its firings. Names are part of the format: they never change.</summary>
internal sealed record StoredSchedule
{
    /// <summary>What the keys of the facts begin with; the name follows.</summary>
    public const string Prefix = "schedule/";

    public string? Cron { get; init; }

    public string? Zone { get; init; }

    public long Every { get; init; }

    /// <summary>UTC ticks, as it was given.</summary>
    public long? From { get; init; }

    /// <summary>UTC ticks: when these times were set first, from which intervals without a beginning of their own are counted.</summary>
    public long SetAt { get; init; }

    public string Type { get; init; } = "";

    /// <summary>The message as its type writes it.</summary>
    public string? Payload { get; init; }

    /// <summary>What the root has different from its type, as a task's row has it.</summary>
    public string? Options { get; init; }

    public MisfirePolicy Misfire { get; init; }

    public int MisfiresMax { get; init; }

    /// <summary>Ticks.</summary>
    public long LateAfter { get; init; }

    public OverlapPolicy Overlap { get; init; }

    /// <summary>The mark of the declaration that it comes from; null where it was set at run time.</summary>
    public string? Declared { get; init; }

    /// <summary>UTC ticks: every occurrence until then is decided. Never falls.</summary>
    public long FiredUpTo { get; init; }

    public StoredFiring? Last { get; init; }

    public StoredSkip? LastSkip { get; init; }

    /// <summary>Roots of firings whose trees were live when last looked; only where they must not overlap.</summary>
    public IReadOnlyList<string>? Roots { get; init; }

    public string? PausedBy { get; init; }

    public long PausedAt { get; init; }

    /// <summary>Removed: only what was decided is remembered, so that one of the same name goes on behind it.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>What a schedule is to do, without how far it has come.</summary>
    public static StoredSchedule Of(ScheduleDefinition definition)
    {
        var (when, options) = (definition.When, definition.Options);
        return new StoredSchedule
        {
            Cron = when.Expression,
            Zone = when.Expression is null ? null : when.Zone,
            Every = when.Interval?.Ticks ?? 0,
            From = when.From?.UtcTicks,
            Type = definition.Type.Name,
            Payload = Encoding.UTF8.GetString(definition.Payload!),
            Options = StoreJson.Write(options.Task, options.Task?.Priority) is { } task ? Encoding.UTF8.GetString(task) : null,
            Misfire = options.Misfire,
            MisfiresMax = options.MisfiresMax,
            LateAfter = options.LateAfter.Ticks,
            Overlap = options.Overlap,
            Declared = definition.Declared,
        };
    }

    /// <summary>When it fires.</summary>
    [JsonIgnore]
    public Schedule When => Cron is null
        ? Schedule.Every(new TimeSpan(Every), From is { } from ? new DateTimeOffset(from, TimeSpan.Zero) : null)
        : Schedule.Cron(Cron, Zone ?? "UTC");

    /// <summary>How it fires.</summary>
    public ScheduleOptions ToOptions() => new()
    {
        Misfire = Misfire,
        MisfiresMax = MisfiresMax,
        LateAfter = new TimeSpan(LateAfter),
        Overlap = Overlap,
        Task = Options is null ? null : StoreJson.ReadOptions(Encoding.UTF8.GetBytes(Options)),
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, ScheduleJson.Default.StoredSchedule);

    /// <exception cref="StoreException">It cannot be read.</exception>
    public static StoredSchedule Read(string key, byte[] json) => StoreJson.ReadFact(key, json, ScheduleJson.Default.StoredSchedule);
}

/// <summary>A firing.</summary>
/// <param name="At">UTC ticks: its occurrence, or when it was asked for.</param>
/// <param name="FiredAt">UTC ticks: when it happened.</param>
/// <param name="Root">The root of its tree.</param>
/// <param name="By">Who asked for it out of turn; null for an occurrence.</param>
internal sealed record StoredFiring(long At, long FiredAt, string Root, string? By);

/// <summary>A firing that was left out.</summary>
internal sealed record StoredSkip(long At, string Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredSchedule))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
