using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Actors.Analyzers.Cancellation;

/// <summary>Finds asynchronous calls in handlers that could be given the attempt's token and are not: a handler that ignores it is abandoned.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TokenAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The token is not passed on.</summary>
    public static readonly DiagnosticDescriptor Ignored = new(
        "ACT1101", "The token is not passed on", "'{0}' takes a token and is given none: pass context.CancellationToken, or the attempt cannot be cancelled while it is awaited",
        Rule.Cancellation, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1101"));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Ignored];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.Of(start.Compilation) is { Token: { } token } known)
            {
                start.RegisterOperationAction(operation => Invoked(operation, known, token), OperationKind.Invocation);
            }
        });
    }

    private static void Invoked(OperationAnalysisContext context, KnownTypes known, INamedTypeSymbol token)
    {
        var invocation = (IInvocationOperation)context.Operation;
        if (!IsAwaitable(invocation.TargetMethod.ReturnType)
            || known.IsEngine(invocation.TargetMethod.ContainingType)
            || invocation.TargetMethod.Name is "Ask" or "Run" or "StartNew" or "ContinueWith" // these have rules of their own
            || !known.IsHandlerCode(invocation, context.ContainingSymbol)
            || invocation.Arguments.Any(argument => argument.ArgumentKind == ArgumentKind.Explicit && Holds(argument.Value, token)))
        {
            return;
        }

        var method = invocation.TargetMethod;
        if (method.Parameters.Any(parameter => IsToken(parameter.Type, token)) || HasOverload(method, token))
        {
            context.ReportDiagnostic(Diagnostic.Create(Ignored, invocation.Syntax.GetLocation(), method.Name));
        }
    }

    private static bool IsAwaitable(ITypeSymbol type) =>
        type.OriginalDefinition.ToDisplayString() is "System.Threading.Tasks.Task" or "System.Threading.Tasks.Task<TResult>" or "System.Threading.Tasks.ValueTask"
            or "System.Threading.Tasks.ValueTask<TResult>" or "System.Collections.Generic.IAsyncEnumerable<T>";

    private static bool Holds(IOperation value, INamedTypeSymbol token)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return IsToken(value.Type, token);
    }

    private static bool HasOverload(IMethodSymbol method, INamedTypeSymbol token) =>
        method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Any(other =>
            other.IsStatic == method.IsStatic
            && other.DeclaredAccessibility == Accessibility.Public
            && other.Parameters.Length == method.Parameters.Length + 1
            && IsToken(other.Parameters[other.Parameters.Length - 1].Type, token)
            && method.OriginalDefinition.Parameters.Zip(other.OriginalDefinition.Parameters, static (one, two) => one.Type.ToDisplayString() == two.Type.ToDisplayString()).All(static same => same));

    private static bool IsToken(ITypeSymbol? type, INamedTypeSymbol token) => SymbolEqualityComparer.Default.Equals(type, token);
}
