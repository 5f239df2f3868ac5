using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Actors.Console.Scanning.Duplicates;

/// <summary>Takes the fingerprint of a file.</summary>
internal static class FileContent
{
    /// <summary>How much of a file the first look takes: what most file systems read at once anyway.</summary>
    public const int FirstBlockBytes = 4_096;

    private const int BufferBytes = 128 * 1024;

    /// <summary>The fingerprint of a file, or of its beginning.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Its size when it was listed.</param>
    /// <param name="bytesMax">How much of it to read.</param>
    /// <param name="cancellation">Looked at between two reads.</param>
    /// <exception cref="IOException">It cannot be read, or has changed its size.</exception>
    public static Fingerprint Read(SafeFileHandle file, long size, long bytesMax, CancellationToken cancellation)
    {
        var wanted = Math.Min(size, bytesMax);

        // Of a whole file a byte more is asked for than it had, so that the same read tells whether it has grown.
        var asked = wanted == size ? size + 1 : wanted;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(asked, BufferBytes));
        try
        {
            return asked <= buffer.Length
                ? ReadAtOnce(file, buffer.AsSpan(0, (int)asked), wanted)
                : ReadInPieces(file, buffer, asked, wanted, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Fingerprint ReadAtOnce(SafeFileHandle file, Span<byte> buffer, long wanted)
    {
        var done = Fill(file, buffer, 0, wanted);
        ThrowIfChanged(done, wanted);
        return Fingerprint.Of(buffer[..done]);
    }

    private static Fingerprint ReadInPieces(SafeFileHandle file, byte[] buffer, long asked, long wanted, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long done = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(asked - done, buffer.Length));
            var read = Fill(file, piece, done, wanted);
            hash.AppendData(piece[..read]);
            done += read;
            if (read < piece.Length || done == asked)
            {
                ThrowIfChanged(done, wanted);
                Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
                _ = hash.GetHashAndReset(sha256);
                return new Fingerprint(sha256);
            }
        }
    }

    /// <summary>Reads until the buffer is full or the file ends. A read that comes short where the file should end is its end.</summary>
    private static int Fill(SafeFileHandle file, Span<byte> buffer, long offset, long end)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer[filled..], offset + filled);
            filled += read;
            if (read == 0 || offset + filled == end)
            {
                break;
            }
        }

        return filled;
    }

    private static void ThrowIfChanged(long done, long wanted)
    {
        if (done != wanted)
        {
            throw new IOException("its size has changed since it was listed");
        }
    }
}
