using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Benchmarks.Comparing;

/// <summary>What a peer answers after one run: one line of JSON, the same from every language.</summary>
internal sealed record Measurement
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What came out, to be compared with what should.</summary>
    public long Result { get; init; }

    public double Milliseconds { get; init; }

    /// <summary>The time that the tasks spent in their own work, where they take time.</summary>
    public double BusyMilliseconds { get; init; }

    /// <summary>Bytes; null where the peer cannot tell.</summary>
    public long? Allocated { get; init; }

    /// <summary>How long the collector stopped it, in all and at the longest.</summary>
    public double? PauseMilliseconds { get; init; }

    /// <inheritdoc cref="PauseMilliseconds"/>
    public double? LongestPauseMilliseconds { get; init; }

    /// <summary>Bytes live, with all tasks pending, beyond those before.</summary>
    public long? Live { get; init; }

    /// <summary>Of single submissions, in microseconds.</summary>
    public double? MedianMicroseconds { get; init; }

    /// <inheritdoc cref="MedianMicroseconds"/>
    public double? NinetyNinthMicroseconds { get; init; }

    /// <summary>Where it could not: why.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether the peer does not do such a thing.</summary>
    public bool IsUnsupported { get; init; }

    public string Write() => JsonSerializer.Serialize(this, Format);

    public static Measurement Read(string line) => JsonSerializer.Deserialize<Measurement>(line, Format)!;
}
