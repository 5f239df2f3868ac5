using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Actors.Console.Scanning.Duplicates;

/// <summary>A SHA-256, as a value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Fingerprint
{
    private readonly UInt128 _first;
    private readonly UInt128 _second;

    /// <summary>The 32 bytes of a SHA-256.</summary>
    public Fingerprint(ReadOnlySpan<byte> sha256)
    {
        _first = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sha256);
        _second = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sha256[16..]);
    }

    /// <summary>The fingerprint of what is in memory.</summary>
    public static Fingerprint Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new Fingerprint(hash);
    }

    /// <summary>64 hexadecimal digits, as <c>sha256sum</c> prints them.</summary>
    public override string ToString() => $"{_first:x32}{_second:x32}";
}
