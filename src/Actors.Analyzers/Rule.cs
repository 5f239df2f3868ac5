using Microsoft.CodeAnalysis;

namespace Actors.Analyzers;

/// <summary>Makes the rules, so that all of them have their page of help at the same place.</summary>
internal static class Rule
{
    public const string Waiting = "Waiting";
    public const string Cancellation = "Cancellation";
    public const string Escapes = "Escapes";
    public const string Messages = "Messages";
    public const string Registration = "Registration";

    /// <summary>Where the page is in the repository; the package carries it as <c>rules/ID.md</c>.</summary>
    public static string HelpOf(string id) => $"src/Actors.Analyzers/Rules/{id}.md";
}
