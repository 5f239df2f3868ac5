using System.Collections.Immutable;
using Actors.Analyzers.Cancellation;
using Actors.Analyzers.CodeFixes;
using Actors.Analyzers.Escapes;
using Actors.Analyzers.Messages;
using Actors.Analyzers.Registration;
using Actors.Analyzers.Waiting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Actors.Analyzers.Tests;

/// <summary>A user's source, compiled with all the analyzers.</summary>
internal static class Code
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Threading;
        using System.Threading.Tasks;
        using Actors;
        using Akka.Actor;

        """;

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
        [new WaitingAnalyzer(), new CalledWaitsAnalyzer(), new TokenAnalyzer(), new EscapesAnalyzer(), new MessagesAnalyzer(), new MissingHandlerAnalyzer()];

    private static readonly CodeFixProvider[] Fixes = [new AwaitFix(), new TokenFix(), new InitFix()];

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Akka", StringComparison.Ordinal)
                || name is "Actors.dll" or "Actors.Core.dll" or "mscorlib.dll" or "netstandard.dll" or "Microsoft.Win32.Primitives.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The handler of a task, with this for its body.</summary>
    public static string Handler(string body, string members = "") => $$"""
        public sealed record Job(int Number) : ITask<int>;

        public sealed class JobHandler(TaskClient client, IActorRef actor) : ITaskHandler<Job, int>
        {
            public Ending<int> Handle(Job task, TaskContext context)
            {
                _ = (client, actor);
                {{body}}
                return 1;
            }

            {{members}}
        }
        """;

    /// <summary>The same of an asynchronous one.</summary>
    public static string AsyncHandler(string body, string members = "") => $$"""
        public sealed record Job(int Number) : ITask<int>;

        public sealed class JobHandler(TaskClient client, IActorRef actor) : IAsyncTaskHandler<Job, int>
        {
            public async ValueTask<Ending<int>> HandleAsync(Job task, TaskContext context)
            {
                _ = (client, actor);
                await Task.Yield();
                {{body}}
                return 1;
            }

            {{members}}
        }
        """;

    /// <summary>What is reported: ids in the order of the source.</summary>
    public static async Task<string[]> ReportAsync(string source) =>
        [.. (await DiagnosticsAsync(ProjectOf(Usings + source))).Select(static diagnostic => diagnostic.Id)];

    public static async Task<string[]> MessagesAsync(string source) =>
        [.. (await DiagnosticsAsync(ProjectOf(Usings + source))).Select(static diagnostic => diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>The source after the fix of the first thing that is reported; null where there is no fix.</summary>
    public static async Task<string?> FixAsync(string source)
    {
        var project = ProjectOf(Usings + source);
        var diagnostic = (await DiagnosticsAsync(project))[0];
        var document = project.Documents.Single();
        CodeAction? action = null;
        foreach (var fix in Fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (found, _) => action ??= found, default));
        }

        if (action is null)
        {
            return null;
        }

        var changed = (await action.GetOperationsAsync(default)).OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
        var errors = (await changed.Project.GetCompilationAsync())!.GetDiagnostics().Where(static error => error.Severity == DiagnosticSeverity.Error);
        Assert.Empty(errors);
        return (await changed.GetTextAsync()).ToString()[Usings.Length..];
    }

    private static Project ProjectOf(string source)
    {
        var workspace = new AdhocWorkspace();
        var project = workspace.AddProject("Users", LanguageNames.CSharp)
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable))
            .WithParseOptions(new CSharpParseOptions(LanguageVersion.Latest))
            .WithMetadataReferences(References);
        return project.AddDocument("Users.cs", SourceText.From(source)).Project;
    }

    private static async Task<Diagnostic[]> DiagnosticsAsync(Project project)
    {
        var compilation = (await project.GetCompilationAsync())!;
        Assert.Empty(compilation.GetDiagnostics().Where(static error => error.Severity == DiagnosticSeverity.Error));
        var found = await compilation.WithAnalyzers(Analyzers).GetAnalyzerDiagnosticsAsync();
        Assert.Empty(found.Where(static diagnostic => diagnostic.Id.StartsWith("AD", StringComparison.Ordinal)));
        return [.. found.OrderBy(static diagnostic => diagnostic.Location.SourceSpan.Start)];
    }
}
