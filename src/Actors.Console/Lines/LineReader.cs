namespace Actors.Console.Lines;

/// <summary>
/// Reads lines of bytes, one at a time and no further: what is held is one line and a block. Lines end with LF or CR LF; the last one needs no end. A byte order mark at the
/// beginning is left out.
/// </summary>
/// <param name="stream">Where they come from.</param>
/// <param name="lineMax">Bytes: a longer line is passed over, and told as such.</param>
/// <param name="awaitMore">Called at the end; tells whether there may be more, when there may. Null where the end is the end.</param>
internal sealed class LineReader(Stream stream, int lineMax, Func<CancellationToken, Task<bool>>? awaitMore = null)
{
    private const int BlockBytes = 64 * 1024;
    private const byte LineEnd = (byte)'\n';

    private byte[] _buffer = new byte[BlockBytes];
    private int _start;
    private int _end;
    private long _number;
    private bool _isBegun;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The next line; null at the end. Its bytes are good until the next call.</summary>
    public async ValueTask<RawLine?> NextAsync(CancellationToken cancellation)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf(LineEnd);
            if (found >= 0)
            {
                return Take(searched + found, 1);
            }

            searched = _end - _start;
            if (searched > lineMax)
            {
                return await PassOverAsync(cancellation).ConfigureAwait(false);
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return searched == 0 ? null : Take(searched, 0);
            }
        }
    }

    private RawLine Take(int length, int ending)
    {
        var line = _buffer.AsMemory(_start, length);
        _start += length + ending;
        _number++;
        if (!_isBegun)
        {
            _isBegun = true;
            line = line.Span.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;
        }

        line = line.Span is [.., (byte)'\r'] ? line[..^1] : line;
        return line.Length > lineMax ? new RawLine(_number, default, IsTooLong: true) : new RawLine(_number, line, IsTooLong: false);
    }

    private async Task<RawLine> PassOverAsync(CancellationToken cancellation)
    {
        (_isBegun, _number) = (true, _number + 1);
        do
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf(LineEnd);
            if (found >= 0)
            {
                _start += found + 1;
                break;
            }

            _start = _end = 0;
        }
        while (await FillAsync(cancellation).ConfigureAwait(false));
        return new RawLine(_number, default, IsTooLong: true);
    }

    /// <returns>Whether there was more.</returns>
    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        else if (_end == 0 && _buffer.Length > BlockBytes)
        {
            _buffer = new byte[BlockBytes]; // after a long line
        }

        while (true)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
            _end += read;
            if (read > 0)
            {
                return true;
            }

            if (awaitMore is null || !await awaitMore(cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }
    }
}

/// <summary>A line as it stands in the file.</summary>
/// <param name="Number">1-based.</param>
/// <param name="Utf8">What stands there, without its end.</param>
/// <param name="IsTooLong">Whether it is longer than may be; then it is not here.</param>
internal readonly record struct RawLine(long Number, ReadOnlyMemory<byte> Utf8, bool IsTooLong);
