using System.Globalization;

namespace Actors.Benchmarks.Comparing;

/// <summary>A median with the least and the most.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return new(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle] + sorted[middle - 1]) / 2, sorted[0], sorted[^1]);
    }

    public string ToString(string format) => string.Create(
        CultureInfo.InvariantCulture, $"{Text(Median, format)} ({Text(Min, format)}-{Text(Max, format)})");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
