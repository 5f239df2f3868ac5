using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Actors.Analyzers.Registration;

/// <summary>Finds tasks, joins and folds that nothing in their project handles, where the project handles anything at all.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingHandlerAnalyzer : DiagnosticAnalyzer
{
    /// <summary>A task has no handler in this project.</summary>
    public static readonly DiagnosticDescriptor NoHandler = new(
        "ACT1401", "A task has no handler in this project", "Nothing in this project handles '{0}': without a handler the engine does not start with it", Rule.Registration,
        DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1401"), customTags: WellKnownDiagnosticTags.CompilationEnd);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [NoHandler];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
            {
                return;
            }

            var messages = new ConcurrentBag<INamedTypeSymbol>();
            var handled = new ConcurrentBag<ITypeSymbol>();
            start.RegisterSymbolAction(
                symbol =>
                {
                    var type = (INamedTypeSymbol)symbol.Symbol;
                    if (type is { TypeKind: TypeKind.Class, IsAbstract: false } && known.IsMessage(type))
                    {
                        messages.Add(type);
                    }

                    foreach (var message in known.HandledBy(type))
                    {
                        handled.Add(message);
                    }
                },
                SymbolKind.NamedType);
            start.RegisterCompilationEndAction(end =>
            {
                if (handled.IsEmpty)
                {
                    return; // a project of messages alone: its handlers are elsewhere
                }

                foreach (var message in messages.Where(message => !handled.Any(other => SymbolEqualityComparer.Default.Equals(other.OriginalDefinition, message.OriginalDefinition))))
                {
                    end.ReportDiagnostic(Diagnostic.Create(NoHandler, message.Locations[0], message.Name));
                }
            });
        });
    }
}
