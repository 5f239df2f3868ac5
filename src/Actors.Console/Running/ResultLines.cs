using Actors.Console.Configuration;
using Actors.Console.Exec;

namespace Actors.Console.Running;

/// <summary>Writes what came of each line, one JSON object a line, in the order in which they end. Safe for concurrent use.</summary>
internal sealed class ResultLines : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Stream _stream;

    private ResultLines(Stream stream) => _stream = stream;

    /// <summary>Opens the file anew; <c>-</c> is standard output.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static ResultLines Open(string file)
    {
        try
        {
            return new ResultLines(file == "-" ? System.Console.OpenStandardOutput() : new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read));
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"run: the results cannot be written to '{file}': {unwritable.Message}", unwritable);
        }
    }

    /// <summary>Writes one.</summary>
    /// <param name="line">The line's number.</param>
    /// <param name="key">The key that stands on it; null where none does.</param>
    /// <param name="tree">What came of it.</param>
    /// <param name="duplicateOf">The task that was there already, of its unique key; null where there was none.</param>
    /// <param name="root">What came of its own task.</param>
    public async Task WriteAsync(long line, string? key, TreeOutcome tree, TaskId? duplicateOf, Outcome<JsonText> root)
    {
        var text = JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("line", line);
            if (key is not null)
            {
                json.WriteString("key", key);
            }

            json.WriteString("id", tree.RootId.ToString());
            json.WriteString("tree", tree.State.ToString().ToLowerInvariant());
            json.WriteNumber("tasks", tree.Tasks);
            if (duplicateOf is { } other)
            {
                json.WriteString("duplicateOf", other.ToString());
            }

            OutcomeJson.WriteMembers(json, root);
            json.WriteEndObject();
        });
        byte[] bytes = [.. text.Utf8.Span, (byte)'\n'];
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(bytes).ConfigureAwait(false);
            await _stream.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }
}
