namespace Actors;

/// <summary>Something that was done to the engine by hand. Immutable.</summary>
/// <param name="Number">Rising, perhaps with gaps.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Action">What: one word, as <c>pause</c> or <c>cancel</c>.</param>
/// <param name="Target">To what: a pool, a type, an id, a filter.</param>
/// <param name="Count">How many tasks it hit; 0 where it hits what is yet to come, as a pause does.</param>
/// <param name="Detail">More; null where there is nothing to add.</param>
public sealed record AuditEntry(long Number, DateTimeOffset At, string By, string Action, string Target, long Count, string? Detail = null);
