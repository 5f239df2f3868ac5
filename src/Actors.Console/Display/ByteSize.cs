using System.Globalization;

namespace Actors.Console.Display;

/// <summary>Numbers for people.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A number of bytes with the unit that leaves less than 1,024 of it: <c>999 B</c>, <c>1.5 KiB</c>, <c>2.0 GiB</c>.</summary>
    public static string Of(long bytes)
    {
        double value = bytes;
        var unit = 0;

        // 1,023.95 and not 1,024: it would be rounded to "1024.0" of the smaller unit.
        while (value >= (unit == 0 ? 1024 : 1023.95) && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
            : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    /// <summary>A number with its thousands apart: <c>1,234,567</c>.</summary>
    public static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
