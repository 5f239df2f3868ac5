using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Actors.Console.Commands;

/// <summary>Options that take a whole number within limits.</summary>
internal static class WholeNumber
{
    /// <summary>An option that may be left out.</summary>
    public static Option<int?> Option(string name, string description, int min, int max) => new(name)
    {
        Description = $"{description} ({min} to {max})",
        HelpName = "N",
        CustomParser = result => Parse(result, name, min, max),
    };

    private static int? Parse(ArgumentResult result, string name, int min, int max)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        result.AddError($"{name} must be a whole number from {min} to {max}, but is '{text}'");
        return null;
    }
}
