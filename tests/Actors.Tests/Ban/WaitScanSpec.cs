using System.Reflection;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Mono.Cecil;

namespace Actors.Tests.Ban;

/// <summary>The second layer of the ban: nothing that was compiled from <c>src</c> waits, whatever its source has silenced.</summary>
public sealed class WaitScanSpec
{
    private static readonly string Here = typeof(WaitScanSpec).Assembly.Location;

    public static TheoryData<string> SourceAssemblies => new(SourceTree.Projects.Select(AssemblyName));

    [Theory]
    [MemberData(nameof(SourceAssemblies))]
    public void No_assembly_built_from_src_waits(string assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        Assert.True(File.Exists(path), $"{assembly}.dll is not beside the tests, so nobody looks into it: reference its project from Actors.Tests.");

        var offences = WaitScan.Scan(path, BanList.OfSources);

        Assert.True(offences.Count == 0, string.Join(Environment.NewLine, offences));
    }

    [Fact]
    public void Every_project_under_src_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(SourceTree.Root, "Actors.sln")).Replace('\\', '/');

        Assert.NotEmpty(SourceTree.Projects);
        Assert.All(SourceTree.Projects, project => Assert.Contains($"\"{Path.GetRelativePath(SourceTree.Root, project).Replace('\\', '/')}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_planted_offender_is_found_and_nothing_else()
    {
        // Other specs of this assembly may block: a gate that holds a handler, say. The offenders and the bystanders stand in this namespace.
        Assert.Equal(
            Planted(),
            Found(WaitScan.Scan(Here, BanList.OfSources).Where(offence => offence.Type.StartsWith(typeof(WaitScanSpec).Namespace!, StringComparison.Ordinal)).ToArray()));
    }

    [Theory]
    [InlineData(OptimizationLevel.Debug)]
    [InlineData(OptimizationLevel.Release)]
    public void Planted_offenders_are_found_and_bystanders_are_not_however_they_are_compiled(OptimizationLevel optimization)
    {
        using var module = Compiler.Compile(
            optimization, sources: [SourceTree.ReadSpecFile("PlantedOffenders.cs"), SourceTree.ReadSpecFile("InnocentBystanders.cs")]).Emit();

        Assert.Equal(Planted(), Found(WaitScan.Scan(module, BanList.OfSources)));
    }

    [Fact]
    public void Every_kind_on_the_list_is_planted()
    {
        var planted = PlantedMethods().Select(method => method.GetCustomAttribute<PlantsAttribute>()!.Kind);

        Assert.Equal(BanList.OfSources.Bans.Select(ban => ban.Kind).Distinct().Order(), planted.Distinct().Order());
    }

    [Fact]
    public void An_async_main_is_no_offence_and_a_second_wait_beside_it_is()
    {
        const string innocent = "return await Task.FromResult(0);";
        const string guilty = "Task.Delay(1).GetAwaiter().GetResult(); return await Task.FromResult(0);";

        using var clean = Compiler.Compile(kind: OutputKind.ConsoleApplication, sources: [innocent]).Emit();
        using var waiting = Compiler.Compile(kind: OutputKind.ConsoleApplication, sources: [guilty]).Emit();

        Assert.Equal("<Main>", clean.EntryPoint.Name);
        Assert.Empty(WaitScan.Scan(clean, BanList.OfSources));
        Assert.Equal("Program.Main", Assert.Single(WaitScan.Scan(waiting, BanList.OfSources).Select(offence => $"{offence.Type}.{offence.Method}")));
    }

    [Fact]
    public void An_offence_tells_where_it_is_and_what_to_do_instead()
    {
        var offence = Assert.Single(WaitScan.Scan(Here, BanList.OfSources), offence => offence.Method == nameof(PlantedOffenders.InAnAsyncLambda));

        Assert.StartsWith(
            "Actors.Tests: Actors.Tests.Ban.PlantedOffenders.InAnAsyncLambda waits with M:System.Runtime.CompilerServices.TaskAwaiter.GetResult. GetResult blocks",
            offence.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("Spawn a follow-up and end with a join", offence.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_in_il_has_the_documentation_id_that_the_compiler_gives_the_member()
    {
        var compilation = Compiler.Compile();
        var types = BanList.OfSources.Bans.Select(ban => ban.IsType ? ban.Id : $"T:{ban.Kind[2..ban.Kind.LastIndexOf('.')]}")
            .Append("T:System.Collections.Generic.Dictionary`2.Enumerator").Append("T:System.Runtime.CompilerServices.Unsafe").Append("T:System.Decimal")
            .Distinct().Select(id => Assert.IsAssignableFrom<INamedTypeSymbol>(DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation)));

        foreach (var type in types)
        {
            var path = ((PortableExecutableReference)compilation.GetMetadataReference(type.ContainingAssembly)!).FilePath!;
            using var module = ModuleDefinition.ReadModule(path);
            var definition = module.GetTypes().Single(candidate => DocumentationId.OfType(candidate) == type.GetDocumentationCommentId());

            Assert.Equal(
                type.GetMembers().OfType<IMethodSymbol>().Where(IsOrdinary).Select(method => method.GetDocumentationCommentId()!).Order(StringComparer.Ordinal),
                definition.Methods.Where(method => method.IsPublic && !method.IsRuntimeSpecialName && !IsAccessor(method)).Select(DocumentationId.OfMethod).Order(StringComparer.Ordinal));
        }

        static bool IsOrdinary(IMethodSymbol method) => method.DeclaredAccessibility == Accessibility.Public
            && method.MethodKind is MethodKind.Ordinary or MethodKind.UserDefinedOperator or MethodKind.Conversion;

        static bool IsAccessor(MethodDefinition method) => method.IsGetter || method.IsSetter || method.IsAddOn || method.IsRemoveOn;
    }

    private static string AssemblyName(string project) =>
        XDocument.Load(project).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);

    private static IEnumerable<string> Planted() =>
        PlantedMethods().Select(method => $"{Name(method)} plants {method.GetCustomAttribute<PlantsAttribute>()!.Kind}").Order(StringComparer.Ordinal);

    private static IEnumerable<MethodBase> PlantedMethods() => typeof(PlantedOffenders).Assembly.GetTypes()
        .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).OfType<MethodBase>())
        .Where(method => method.IsDefined(typeof(PlantsAttribute)));

    private static string Name(MethodBase method) => $"{method.DeclaringType!.FullName!.Replace('+', '.')}.{method.Name}";

    private static IEnumerable<string> Found(IEnumerable<Offence> offences) => offences
        .Select(offence => $"{offence.Type}.{offence.Method} plants {offence.Ban.Kind}")
        .Order(StringComparer.Ordinal);
}
