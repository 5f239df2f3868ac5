using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace Actors.Tests.Ban;

/// <summary>Compiles sources against what the tests themselves run with.</summary>
internal static class Compiler
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "Actors.Tests.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static CSharpCompilation Compile(
        OptimizationLevel optimization = OptimizationLevel.Release, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, params ReadOnlySpan<string> sources)
    {
        SyntaxTree[] trees = [.. new[] { ImplicitUsings }.Concat(sources.ToArray()).Select(source => CSharpSyntaxTree.ParseText(source))];
        var options = new CSharpCompilationOptions(kind, optimizationLevel: optimization, nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create("Compiled", trees, References, options);
    }

    /// <summary>The compilation's assembly, as the scan reads it.</summary>
    public static ModuleDefinition Emit(this CSharpCompilation compilation)
    {
        var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join(Environment.NewLine, result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        return ModuleDefinition.ReadModule(image);
    }
}
