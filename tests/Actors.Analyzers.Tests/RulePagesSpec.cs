using Actors.Analyzers.Cancellation;
using Actors.Analyzers.Escapes;
using Actors.Analyzers.Messages;
using Actors.Analyzers.Registration;
using Actors.Analyzers.Waiting;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Actors.Analyzers.Tests;

public sealed class RulePagesSpec
{
    private static readonly DiagnosticAnalyzer[] Analyzers =
        [new WaitingAnalyzer(), new TokenAnalyzer(), new EscapesAnalyzer(), new MessagesAnalyzer(), new MissingHandlerAnalyzer()];

    public static TheoryData<string, string, string> Rules
    {
        get
        {
            var rules = new TheoryData<string, string, string>();
            foreach (var rule in Analyzers.SelectMany(static analyzer => analyzer.SupportedDiagnostics))
            {
                rules.Add(rule.Id, rule.Title.ToString(System.Globalization.CultureInfo.InvariantCulture), rule.HelpLinkUri);
            }

            return rules;
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_its_page_of_help(string id, string title, string help)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Actors.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!;
        }

        Assert.StartsWith($"# {id}: {title}\n", File.ReadAllText(Path.Combine(folder, help)), StringComparison.Ordinal);
    }
}
