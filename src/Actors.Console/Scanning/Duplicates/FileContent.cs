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
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted + 1, BufferBytes));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long done = 0;
            while (done < wanted)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(wanted - done, buffer.Length)), done);
                if (read == 0)
                {
                    break;
                }

                hash.AppendData(buffer, 0, read);
                done += read;
            }

            if (done < wanted || (wanted == size && RandomAccess.Read(file, buffer.AsSpan(0, 1), done) > 0))
            {
                throw new IOException("its size has changed since it was listed");
            }

            Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
            _ = hash.GetHashAndReset(sha256);
            return new Fingerprint(sha256);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
