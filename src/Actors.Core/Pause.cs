namespace Actors;

/// <summary>Who has paused something, and when. Immutable.</summary>
/// <param name="By">Who.</param>
/// <param name="Since">Since when.</param>
public sealed record Pause(string By, DateTimeOffset Since)
{
    /// <summary>Who and since when.</summary>
    public override string ToString() => $"paused by {By} since {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}
