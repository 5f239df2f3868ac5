using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Actors.Tests.Ban;

/// <summary>What each project under <c>src</c> is built with and stands on, as the build itself evaluates it.</summary>
public sealed partial class LayeringSpec
{
    private const string Analyzer = "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    private static readonly ConcurrentDictionary<(string Name, string Configuration), Task<EvaluatedProject>> Evaluations = new();

    public static TheoryData<string> Projects => new(SourceTree.Projects.Select(project => Path.GetFileNameWithoutExtension(project)));

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Every_project_is_compiled_with_the_ban_list_and_its_findings_are_errors(string name)
    {
        foreach (var configuration in new[] { "Debug", "Release" })
        {
            var project = await Evaluate(name, configuration);

            var analyzer = Assert.Single(project.Items("PackageReference"), reference => reference["Identity"] == Analyzer);
            Assert.False(analyzer.ContainsKey("ExcludeAssets") || analyzer.ContainsKey("IncludeAssets"), $"{name} takes only a part of {Analyzer}.");
            Assert.Single(project.Items("AdditionalFiles"), file => file["FullPath"] == SourceTree.BanListPath);

            Assert.Equal("true", project.Property("TreatWarningsAsErrors"));
            Assert.DoesNotContain("RS0030", project.Property("NoWarn"), StringComparison.OrdinalIgnoreCase);
            Assert.Equal("", project.Property("WarningsNotAsErrors"));
            Assert.NotEqual("false", project.Property("RunAnalyzers"));
            Assert.NotEqual("false", project.Property("RunAnalyzersDuringBuild"));
        }
    }

    [Fact]
    public void Nothing_silences_the_analyzer()
    {
        var sources = SourceTree.Files("src");
        var rules = new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig", ".globalconfig" }
            .Select(name => Path.Combine(SourceTree.Root, name)).Where(File.Exists);

        var silenced = sources.Concat(rules).Where(file => Silences().IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(SourceTree.Root, file)).ToArray();

        Assert.True(silenced.Length == 0, $"The ban on waiting is not switched off anywhere, but here it is: {string.Join(", ", silenced)}.");
    }

    [Theory]
    [InlineData("#pragma warning disable RS0030", true)]
    [InlineData("#pragma warning disable\n", true)]
    [InlineData("# pragma warning disable // all of them", true)]
    [InlineData("[SuppressMessage(\"ApiDesign\", \"RS0030\")]", true)]
    [InlineData("dotnet_diagnostic.rs0030.severity = none", true)]
    [InlineData("dotnet_analyzer_diagnostic.severity = none", true)]
    [InlineData("dotnet_analyzer_diagnostic.category-ApiDesign.severity = none", true)]
    [InlineData("<Compile Remove=\"x\" /><PackageReference Remove=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\" />", true)]
    [InlineData("#pragma warning disable CA1031 // a task may throw anything", false)]
    [InlineData("dotnet_diagnostic.CA1848.severity = none", false)]
    [InlineData("<PackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\" PrivateAssets=\"all\" />", false)]
    public void A_silencer_is_known_by_its_text(string text, bool silences)
    {
        Assert.Equal(silences, Silences().IsMatch(text));
    }

    [Fact]
    public async Task The_core_stands_on_nothing()
    {
        var core = await Evaluate("Actors.Core");

        Assert.Equal([Analyzer], core.Packages);
        Assert.Equal("all", Assert.Single(core.Items("PackageReference"))["PrivateAssets"]);
        Assert.Empty(core.Projects);
        Assert.Empty(core.Items("Reference"));
    }

    [Fact]
    public async Task The_engine_stands_on_the_core_on_akka_and_on_cronos()
    {
        var engine = await Evaluate("Actors");

        Assert.Equal(["Akka", "Akka.Hosting", "Cronos"], engine.Packages.Where(package => package != Analyzer));
        Assert.Equal(["Actors.Core"], engine.Projects);
        Assert.Empty(engine.Items("Reference"));
    }

    [Fact]
    public async Task Nothing_stands_on_the_console()
    {
        foreach (var project in SourceTree.Projects)
        {
            Assert.DoesNotContain("Actors.Console", (await Evaluate(Path.GetFileNameWithoutExtension(project))).Projects);
        }
    }

    [GeneratedRegex(
        """RS0030|#\s*pragma\s+warning\s+disable[ \t]*(//|\r?\n|$)|dotnet_analyzer_diagnostic\.|(Remove|Update)\s*=\s*"[^"]*(BannedApiAnalyzers|BannedSymbols)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Silences();

    private static Task<EvaluatedProject> Evaluate(string name, string configuration = "Release") =>
        Evaluations.GetOrAdd((name, configuration), static build => AskTheBuild(build.Name, build.Configuration));

    private static async Task<EvaluatedProject> AskTheBuild(string name, string configuration)
    {
        var path = Assert.Single(SourceTree.Projects, project => Path.GetFileNameWithoutExtension(project) == name);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = Path.GetDirectoryName(path),
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "msbuild", path, "-nologo", $"-p:Configuration={configuration}",
                "-getProperty:TreatWarningsAsErrors,NoWarn,WarningsNotAsErrors,RunAnalyzers,RunAnalyzersDuringBuild",
                "-getItem:PackageReference,ProjectReference,Reference,AdditionalFiles",
            },
        };

        // A test host that a build has started hands that build's own settings down.
        foreach (var variable in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key))
        {
            if (variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            {
                start.Environment.Remove(variable);
            }
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        return new EvaluatedProject(JsonSerializer.Deserialize<JsonElement>(output));
    }

    private sealed record EvaluatedProject(JsonElement Json)
    {
        public IEnumerable<string> Packages => Items("PackageReference").Select(package => package["Identity"]).Order(StringComparer.Ordinal);

        /// <summary>Those it is compiled against: an analyzer that it packs or is analyzed by is none of them.</summary>
        public IEnumerable<string> Projects => Items("ProjectReference").Where(static project => project.GetValueOrDefault("ReferenceOutputAssembly") != "false").Select(project => project["Filename"]).Order(StringComparer.Ordinal);

        public string Property(string name) => Json.GetProperty("Properties").GetProperty(name).GetString()!;

        public Dictionary<string, string>[] Items(string name) =>
            Json.GetProperty("Items").GetProperty(name).Deserialize<Dictionary<string, string>[]>()!;
    }
}
