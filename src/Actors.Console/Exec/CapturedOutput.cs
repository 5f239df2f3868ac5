using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Actors.Console.Exec;

/// <summary>What a program writes: read to its end so that the program never stands still, and kept to a limit. For one reader.</summary>
/// <param name="bytesMax">How much is kept.</param>
/// <param name="keepsEnd">Whether the last of it is kept, where an error stands, or the first.</param>
internal sealed class CapturedOutput(int bytesMax, bool keepsEnd)
{
    private const int PieceBytes = 32 * 1024;

    private readonly Lock _lock = new();
    private byte[] _kept = [];
    private int _count;
    private int _start; // of what is kept, once it goes round

    /// <summary>How much it wrote.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether some of it was not kept.</summary>
    public bool IsTruncated => Bytes > _count;

    /// <summary>Reads until all that could write has ended, or until it is cancelled.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (await stream.ReadAsync(piece, cancellation).ConfigureAwait(false) is > 0 and var count)
            {
                Add(piece.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Adds a piece.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        lock (_lock)
        {
            Bytes += piece.Length;
            if (bytesMax == 0)
            {
                return;
            }

            var free = Math.Min(piece.Length, bytesMax - _count);
            if (_count + free > _kept.Length)
            {
                Array.Resize(ref _kept, (int)Math.Min(Math.Max(_count + free, _kept.Length * 2L), bytesMax));
            }

            piece[..free].CopyTo(_kept.AsSpan(_count));
            _count += free;
            if (keepsEnd && free < piece.Length)
            {
                GoRound(piece[free..]);
            }
        }
    }

    /// <summary>What was kept, never half a character.</summary>
    public byte[] Kept()
    {
        lock (_lock)
        {
            byte[] kept = [.. _kept.AsSpan(_start, _count - _start), .. _kept.AsSpan(0, _start)];
            return IsTruncated ? Whole(kept) : kept;
        }
    }

    /// <summary>Writes it: as text where it is text, as base64 where it is not, with its size, and whether it is all.</summary>
    public void Write(Utf8JsonWriter writer, string name)
    {
        var kept = Kept();
        if (Utf8.IsValid(kept))
        {
            writer.WriteString(name, kept);
        }
        else
        {
            writer.WriteBase64String($"{name}Base64", kept);
        }

        writer.WriteNumber($"{name}Bytes", Bytes);
        if (IsTruncated)
        {
            writer.WriteBoolean($"{name}Truncated", true);
        }
    }

    private void GoRound(ReadOnlySpan<byte> more)
    {
        more = more.Length > bytesMax ? more[^bytesMax..] : more;
        var first = Math.Min(more.Length, bytesMax - _start);
        more[..first].CopyTo(_kept.AsSpan(_start));
        more[first..].CopyTo(_kept);
        _start = (_start + more.Length) % bytesMax;
    }

    /// <summary>Without the part of a character at the end where it was cut.</summary>
    private byte[] Whole(byte[] kept)
    {
        const int CharacterMax = 4;
        for (var cut = 1; cut < CharacterMax && cut < kept.Length; cut++)
        {
            var part = keepsEnd ? kept.AsSpan(cut) : kept.AsSpan(0, kept.Length - cut);
            if (!Utf8.IsValid(kept) && Utf8.IsValid(part))
            {
                return part.ToArray();
            }
        }

        return kept;
    }
}
