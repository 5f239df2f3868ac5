using System.Buffers;
using System.Globalization;
using System.Text;

namespace Actors.Console.Scanning;

/// <summary>Names of files, which are bytes, as text.</summary>
internal static class NameText
{
    /// <summary>Appends a name; each byte that is not part of valid UTF-8 is written as <c>\xNN</c>.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> name)
    {
        Span<char> runeText = stackalloc char[2];
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(runeText[..rune.EncodeToUtf16(runeText)]);
            }
            else
            {
                foreach (var bad in name[..consumed])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{bad:x2}");
                }
            }

            name = name[consumed..];
        }
    }

    /// <summary>The name as text.</summary>
    public static string Of(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        Append(text, name);
        return text.ToString();
    }
}
