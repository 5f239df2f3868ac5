using System.Runtime.InteropServices;
using System.Text;

namespace Actors.Console.Exec;

/// <summary>Texts as C wants them: an array of pointers that ends with null, to bytes that end with zero. Freed when disposed.</summary>
internal sealed unsafe class NativeTexts : IDisposable
{
    private readonly byte** _pointers;
    private readonly byte* _bytes;

    /// <param name="texts">None with a zero in it, which would end it early.</param>
    public NativeTexts(IReadOnlyCollection<string> texts)
    {
        nuint length = 0;
        foreach (var text in texts)
        {
            length += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        }

        _pointers = (byte**)NativeMemory.Alloc((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        _bytes = (byte*)NativeMemory.Alloc(Math.Max(length, 1));
        var index = 0;
        var at = _bytes;
        foreach (var text in texts)
        {
            var count = Encoding.UTF8.GetByteCount(text);
            Encoding.UTF8.GetBytes(text, new Span<byte>(at, count));
            at[count] = 0;
            _pointers[index++] = at;
            at += count + 1;
        }

        _pointers[index] = null;
    }

    ~NativeTexts() => Free();

    /// <summary>The array.</summary>
    public byte** Pointers => _pointers;

    /// <summary>The first of the texts.</summary>
    public byte* First => _pointers[0];

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_pointers);
        NativeMemory.Free(_bytes);
    }
}
