using System.Collections.Concurrent;
using Actors.Console.Hosting;
using Actors.Console.Lines;

namespace Actors.Console.Running;

/// <summary>
/// Submits the lines of a source one after the other, each as a tree of its own, never further ahead of what has ended than is allowed, and records what becomes of
/// them.
/// </summary>
internal sealed class RunJob(EngineHost engine, RunSource source, LineFormat format, RunRules rules, RunTotals totals, ResultLines? results) : IDisposable
{
    private static readonly TimeSpan StoreRest = TimeSpan.FromSeconds(1);

    private readonly ReadAhead _ahead = new(rules.LinesMax, rules.BytesMax);
    private readonly ConcurrentDictionary<TaskId, bool> _live = new();
    private readonly CancellationTokenSource _stop = new(); // reading only: what was submitted goes on
    private volatile Exception? _broken;

    /// <summary>Trees that were submitted and have not ended.</summary>
    public IReadOnlyCollection<TaskId> Live => (IReadOnlyCollection<TaskId>)_live.Keys;

    /// <summary>Reads to the end of the source, or to the first line that stops it, and waits for all that was submitted.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="EngineStoppedException">The engine stopped.</exception>
    /// <exception cref="IOException">The source cannot be read on, or a result cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        try
        {
            await SubmitAllAsync(either.Token, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // A line was wrong, or the engine has stopped: no more lines.
        }

        await _ahead.EmptyAsync(cancellation).ConfigureAwait(false);
        if (_broken is { } broken)
        {
            throw broken is EngineStoppedException ? new EngineStoppedException(broken.Message, broken) : new IOException(broken.Message, broken);
        }
    }

    public void Dispose() => _stop.Dispose();

    /// <param name="reading">Ends reading; the lines before are submitted all the same.</param>
    /// <param name="cancellation">Ends all.</param>
    private async Task SubmitAllAsync(CancellationToken reading, CancellationToken cancellation)
    {
        var reader = source.Read(rules.LineMax, rules.Follow);
        while (await NextAsync(reader, reading).ConfigureAwait(false) is { } raw)
        {
            TaskLine? line;
            try
            {
                line = format.Parse(raw);
            }
            catch (LineException wrong)
            {
                totals.AddRead();
                Refuse(raw.Number, wrong.Message);
                continue;
            }

            if (line is null)
            {
                continue;
            }

            totals.AddRead();
            var key = line.Key ?? (engine.HasStore ? source.KeyOf(raw) : null);
            var bytes = raw.Utf8.Length;
            await _ahead.EnterAsync(bytes, reading).ConfigureAwait(false);
            _ = RunOneAsync(raw.Number, line, key, bytes, cancellation); // tells what is wrong by itself
        }
    }

    /// <summary>A terminal cannot be left while it is read: what is read from it later is nobody's.</summary>
    private static async ValueTask<RawLine?> NextAsync(LineReader reader, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var next = reader.NextAsync(cancellation);
        return next.IsCompleted ? await next.ConfigureAwait(false) : await next.AsTask().WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async Task RunOneAsync(long number, TaskLine line, string? key, int bytes, CancellationToken cancellation)
    {
        TaskId? id = null;
        try
        {
            var handle = await SubmitAsync(line, key, cancellation).ConfigureAwait(false);
            id = handle.Id;
            _live[handle.Id] = true;
            totals.AddSubmitted();
            var tree = await handle.TreeAsync(CancellationToken.None).ConfigureAwait(false);
            totals.AddEnded(source.Name, number, line.Key, tree, isDuplicate: handle.DuplicateOf is not null);
            if (results is not null)
            {
                await results.WriteAsync(number, line.Key, tree, handle.DuplicateOf, await handle.OutcomeAsync(CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        catch (Exception wrong) when (wrong is PayloadException or InvalidOperationException)
        {
            Refuse(number, wrong.Message); // too large for the store, or its key is another type's
        }
        catch (Exception broken) when (broken is EngineStoppedException or IOException)
        {
            _broken ??= broken;
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, before it was accepted.
        }
        finally
        {
            if (id is { } ended)
            {
                _live.TryRemove(ended, out _);
            }

            _ahead.Leave(bytes);
        }
    }

    private async Task<TaskHandle<JsonText>> SubmitAsync(TaskLine line, string? key, CancellationToken cancellation)
    {
        var options = new SubmitOptions
        {
            Key = key,
            Delay = line.Options?.Delay ?? TimeSpan.Zero,
            DueAt = line.Options?.DueAt,
            Timeout = line.Options?.Timeout,
            Retry = line.Options?.Retry,
            Priority = line.Options?.Priority,
            Unique = line.Options?.Unique,
            WhenDone = line.WhenDone,
            Deadline = line.Deadline,
            Budget = line.Budget,
        };
        while (true)
        {
            try
            {
                return await engine.Client.SubmitAsync(line.Task, options, cancellation).ConfigureAwait(false);
            }
            catch (Exception away) when (away is (StoreException and not StoreFencedException) or EngineFullException)
            {
                await Task.Delay(StoreRest, cancellation).ConfigureAwait(false); // the store does not answer, or there is no room: this was not taken
            }
        }
    }

    private void Refuse(long number, string message)
    {
        totals.AddBad(source.Name, new BadLine(number, message.ReplaceLineEndings(" ")));
        if (rules.StopsOnBadLine)
        {
            _stop.Cancel();
        }
    }
}

/// <summary>How the lines of a source are run. Immutable.</summary>
/// <param name="LinesMax">Lines that may be submitted and not have ended.</param>
/// <param name="BytesMax">Bytes of such lines.</param>
/// <param name="LineMax">Bytes of one line.</param>
/// <param name="Follow">Whether the end of the file is only the end for now.</param>
/// <param name="StopsOnBadLine">Whether nothing is submitted after a line that is wrong.</param>
internal sealed record RunRules(int LinesMax, long BytesMax, int LineMax, bool Follow, bool StopsOnBadLine);
