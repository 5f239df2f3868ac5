using System.Globalization;
using System.Text;

namespace Actors.Console.Display;

/// <summary>Text from the outside, made fit for a terminal and for one line.</summary>
internal static class Printable
{
    /// <summary>
    /// The text with what a terminal would act on written out: control characters as <c>\n</c> or <c>\x1b</c>, and whatever turns the
    /// direction of writing or breaks a line as <c>\u202e</c>. A name of a file can hold any of these.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.Any(IsUnfit))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                _ when !IsUnfit(character) => escaped.Append(character),
                < '\x100' => escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
            };
        }

        return escaped.ToString();
    }

    /// <summary>The text, or its two ends with <c>...</c> between them where it has more than <paramref name="charactersMax"/> characters.</summary>
    public static string Shorten(string text, int charactersMax)
    {
        const string Gap = "...";
        if (text.Length <= charactersMax)
        {
            return text;
        }

        var ends = Math.Max(charactersMax - Gap.Length, 2);
        var tail = ends - (ends / 3);
        return string.Concat(text.AsSpan(0, ends / 3), Gap, text.AsSpan(text.Length - tail));
    }

    private static bool IsUnfit(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or '\u200e' or '\u200f' or '\u061c' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
