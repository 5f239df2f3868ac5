namespace Actors.Storage;

/// <summary>Something that is true of the engine until it is changed: a pause, a limit, a schedule. What was set at run time holds in the next process, too.</summary>
/// <param name="Key">Its name: the kind, a slash, which one. Ordered and compared as UTF-8.</param>
/// <param name="Value">JSON in UTF-8; in a batch, null deletes the fact.</param>
internal readonly record struct FactRow(string Key, byte[]? Value);
