using System.Text.Json;

namespace Actors.Control.Sockets;

/// <summary>One connection: a JSON object a line, and an answer to each on a line of its own, in their order. What makes no sense is answered as such.</summary>
internal sealed class ControlConnection(Stream stream, ControlAnswers answers, string peer)
{
    private const int LineBytesMax = 64 * 1024;
    private const int NonsenseMax = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly byte[] _buffer = new byte[LineBytesMax];
    private int _count;
    private int _nonsense;

    /// <summary>Answers until the other side leaves, is silent for a minute, or talks nonsense only.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        while (_nonsense < NonsenseMax && await ReadAsync(stop).ConfigureAwait(false) is { } line)
        {
            var answer = await AnswerAsync(line, stop).ConfigureAwait(false);
            await stream.WriteAsync(answer, stop).AsTask().WaitAsync(Patience, stop).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
    {
        JsonDocument request;
        try
        {
            request = JsonDocument.Parse(line, Strict);
        }
        catch (JsonException)
        {
            _nonsense++;
            return ControlAnswers.Refusal("bad-request", "this is no JSON object");
        }

        using (request)
        {
            var (answer, isNonsense) = await answers.AnswerAsync(request.RootElement, peer, stop).ConfigureAwait(false);
            _nonsense += isNonsense ? 1 : 0;
            return answer;
        }
    }

    /// <summary>The next line; null at the end.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        while (true)
        {
            var end = _buffer.AsSpan(0, _count).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = _buffer.AsMemory(0, end).ToArray();
                _buffer.AsSpan(end + 1, _count - end - 1).CopyTo(_buffer);
                _count -= end + 1;
                return line;
            }

            if (_count == _buffer.Length)
            {
                await stream.WriteAsync(ControlAnswers.Refusal("too-long", $"a request has {LineBytesMax} bytes at most"), stop).ConfigureAwait(false);
                return null;
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_count), patience.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            _count += read;
        }
    }
}
