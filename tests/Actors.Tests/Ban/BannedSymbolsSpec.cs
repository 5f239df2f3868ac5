using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Actors.Tests.Ban;

/// <summary>The first layer of the ban: the list itself, and the analyzer that holds the sources against it.</summary>
public sealed class BannedSymbolsSpec
{
    [Fact]
    public void Every_line_names_a_member_that_exists_and_a_remedy()
    {
        var compilation = Compiler.Compile();

        Assert.NotEmpty(BanList.OfSources.Bans);
        Assert.All(BanList.OfSources.Bans, ban =>
        {
            Assert.NotEmpty(ban.Remedy);
            Assert.Single(DocumentationCommentId.GetSymbolsForDeclarationId(ban.Id, compilation));
        });
    }

    [Fact]
    public void A_method_is_banned_with_all_of_its_overloads()
    {
        var compilation = Compiler.Compile();

        var overloads = BanList.OfSources.Bans
            .SelectMany(ban => DocumentationCommentId.GetSymbolsForDeclarationId(ban.Id, compilation))
            .OfType<IMethodSymbol>()
            .SelectMany(method => method.ContainingType.GetMembers(method.Name).Where(member => member.DeclaredAccessibility == Accessibility.Public))
            .Select(overload => overload.GetDocumentationCommentId()!)
            .Distinct();

        Assert.DoesNotContain(overloads, id => BanList.OfSources.Find(id) is null);
    }

    [Fact]
    public async Task The_analyzer_reports_every_planted_line_and_no_other()
    {
        var source = SourceTree.ReadSpecFile("PlantedOffenders.cs");
        var planted = source.Split('\n').Index().Where(line => line.Item.EndsWith("// waits", StringComparison.Ordinal)).Select(line => line.Index + 1);

        Assert.Equal(planted, (await Analyze(source)).Select(Line).Distinct());
    }

    [Fact]
    public async Task The_analyzer_passes_over_every_bystander()
    {
        Assert.Empty(await Analyze(SourceTree.ReadSpecFile("InnocentBystanders.cs")));
    }

    [Fact]
    public async Task The_analyzer_tells_the_remedy()
    {
        const string source = "internal static class Offender { internal static int Peek(Task<int> task) => task.Result; }";

        var diagnostic = Assert.Single(await Analyze(source));

        Assert.Equal("RS0030", diagnostic.Id);
        Assert.Contains(BanList.OfSources.Find("P:System.Threading.Tasks.Task`1.Result")!.Remedy, diagnostic.GetMessage(null), StringComparison.Ordinal);
    }

    private static int Line(Diagnostic diagnostic) => diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>What the analyzer that <c>src</c> is compiled with says about a source, with the list that <c>src</c> is compiled with.</summary>
    private static async Task<IReadOnlyList<Diagnostic>> Analyze(string source)
    {
        var compilation = Compiler.Compile(sources: [source]);
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        var options = new AnalyzerOptions([new BanListText()]);

        var diagnostics = await compilation.WithAnalyzers(LoadAnalyzers(), options).GetAnalyzerDiagnosticsAsync();

        Assert.All(diagnostics, diagnostic => Assert.Equal("RS0030", diagnostic.Id)); // AD0001 would be an analyzer that failed, RS0031 a line that stands twice
        return [.. diagnostics.OrderBy(Line)];
    }

    private static ImmutableArray<DiagnosticAnalyzer> LoadAnalyzers()
    {
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "analyzers", "Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers.dll"));
        return
        [
            .. assembly.GetTypes()
                .Where(type => type is { IsAbstract: false } && type.IsDefined(typeof(DiagnosticAnalyzerAttribute)))
                .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
        ];
    }

    private sealed class BanListText : AdditionalText
    {
        public override string Path => SourceTree.BanListPath;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(File.ReadAllText(Path));
    }
}
