using System.Globalization;

namespace Actors.Benchmarks;

/// <summary>What follows a command on the command line: names and values in turn.</summary>
internal static class Options
{
    public static int? Number(string[] options, string name) =>
        Text(options, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public static string? Text(string[] options, string name) =>
        Array.IndexOf(options, name) is var index and >= 0 && index + 1 < options.Length ? options[index + 1] : null;
}
