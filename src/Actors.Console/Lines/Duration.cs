using System.Globalization;

namespace Actors.Console.Lines;

/// <summary>Times as people write them: a number and its unit.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]; // ms before s: the longer ending first

    /// <summary>Reads <c>250ms</c>, <c>1.5s</c>, <c>5m</c>, <c>2h</c> or <c>1d</c>.</summary>
    public static bool TryParse(string text, out TimeSpan time)
    {
        const double SecondsMax = 100.0 * 365 * 86_400;
        foreach (var (unit, seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal))
            {
                var isNumber = double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    && number * seconds <= SecondsMax;
                time = isNumber ? TimeSpan.FromSeconds(number * seconds) : default;
                return isNumber;
            }
        }

        time = default;
        return false;
    }
}
