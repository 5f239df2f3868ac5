namespace Actors.Storage;

/// <summary>What somebody did to the engine by hand. Written in the same transaction as what it led to, and never changed.</summary>
/// <param name="Number">Numbered by the store, from 1 and upwards, perhaps with gaps; 0 in a batch.</param>
/// <param name="At">When, in UTC ticks.</param>
/// <param name="Who">Who, as far as is known.</param>
/// <param name="Action">What was done: one word, as <c>cancel</c>.</param>
/// <param name="Target">To what: an id, a type, a filter.</param>
/// <param name="Count">How many tasks it hit.</param>
/// <param name="Detail">More, as a sentence or JSON; null where there is nothing to add.</param>
internal sealed record AuditRow(long Number, long At, string Who, string Action, string Target, long Count, string? Detail);
