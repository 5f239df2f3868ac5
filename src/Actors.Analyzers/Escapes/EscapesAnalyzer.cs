using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Actors.Analyzers.Escapes;

/// <summary>Finds what outlives its attempt: work started beside the handler, async void, and a context that is kept.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EscapesAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Work is started beside the handler.</summary>
    public static readonly DiagnosticDescriptor StartsBeside = new(
        "ACT1201", "Work is started beside the handler", "'{0}' starts work that the engine does not know of: spawn a follow-up instead", Rule.Escapes,
        DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1201"));

    /// <summary>async void in a handler.</summary>
    public static readonly DiagnosticDescriptor AsyncVoid = new(
        "ACT1202", "async void in a handler", "'{0}' is async void: the attempt ends before it does, and its exception ends the process", Rule.Escapes,
        DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1202"));

    /// <summary>The context is kept beyond its attempt.</summary>
    public static readonly DiagnosticDescriptor Kept = new(
        "ACT1203", "The context is kept beyond its attempt", "The context is kept in {0}: it is for one attempt, and afterwards it spawns nothing", Rule.Escapes,
        DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1203"));

    private static readonly ImmutableHashSet<string> Starters = ImmutableHashSet.Create(
        "System.Threading.Tasks.Task.Run", "System.Threading.Tasks.TaskFactory.StartNew", "System.Threading.Tasks.TaskFactory<TResult>.StartNew", "System.Threading.Tasks.Task.Start",
        "System.Threading.Tasks.Task<TResult>.Start", "System.Threading.Tasks.Task.ContinueWith", "System.Threading.Tasks.Task<TResult>.ContinueWith",
        "System.Threading.ThreadPool.QueueUserWorkItem", "System.Threading.ThreadPool.UnsafeQueueUserWorkItem", "System.Threading.Thread.Start", "System.Threading.Thread.UnsafeStart");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [StartsBeside, AsyncVoid, Kept];

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

            start.RegisterOperationAction(operation => Invoked(operation, known), OperationKind.Invocation);
            start.RegisterOperationAction(operation => Nested(operation, known), OperationKind.AnonymousFunction, OperationKind.LocalFunction);
            start.RegisterOperationAction(operation => Assigned(operation, known), OperationKind.SimpleAssignment, OperationKind.CoalesceAssignment);
            start.RegisterOperationAction(operation => Captured(operation, known), OperationKind.AnonymousFunction);
            start.RegisterSymbolAction(symbol => Method(symbol, known), SymbolKind.Method);
        });
    }

    private static void Invoked(OperationAnalysisContext context, KnownTypes known)
    {
        var invocation = (IInvocationOperation)context.Operation;
        var method = invocation.TargetMethod.OriginalDefinition;
        var name = $"{method.ContainingType.ToDisplayString()}.{method.Name}";
        if (Starters.Contains(name) && known.IsHandlerCode(invocation, context.ContainingSymbol))
        {
            context.ReportDiagnostic(Diagnostic.Create(StartsBeside, invocation.Syntax.GetLocation(), $"{method.ContainingType.Name}.{method.Name}"));
        }
    }

    private static void Nested(OperationAnalysisContext context, KnownTypes known)
    {
        var (function, syntax) = context.Operation switch
        {
            IAnonymousFunctionOperation lambda => (lambda.Symbol, lambda.Syntax),
            var local => (((ILocalFunctionOperation)local).Symbol, local.Syntax),
        };
        if (function is { IsAsync: true, ReturnsVoid: true } && known.IsHandlerCode(context.Operation, context.ContainingSymbol))
        {
            context.ReportDiagnostic(Diagnostic.Create(AsyncVoid, syntax.GetLocation(), function.Name.Length == 0 ? "The lambda" : function.Name));
        }
    }

    private static void Method(SymbolAnalysisContext context, KnownTypes known)
    {
        if (context.Symbol is IMethodSymbol { IsAsync: true, ReturnsVoid: true } method && known.IsHandlerCode(method))
        {
            context.ReportDiagnostic(Diagnostic.Create(AsyncVoid, method.Locations[0], method.Name));
        }
    }

    /// <summary>A closure over the context that goes where it outlives the attempt: an event, a field, a timer, a collection of somebody else's.</summary>
    private static void Captured(OperationAnalysisContext context, KnownTypes known)
    {
        var closure = (IAnonymousFunctionOperation)context.Operation;
        var captured = closure.Body.Descendants().FirstOrDefault(operation => operation switch
        {
            IParameterReferenceOperation parameter => known.IsContext(parameter.Type) && !closure.Symbol.Parameters.Contains(parameter.Parameter, SymbolEqualityComparer.Default),
            ILocalReferenceOperation local => known.IsContext(local.Type) && !closure.Body.Locals.Contains(local.Local, SymbolEqualityComparer.Default),
            _ => false,
        });
        if (captured is null)
        {
            return;
        }

        var step = closure.Parent;
        while (step is IDelegateCreationOperation or IConversionOperation or IArgumentOperation or IParenthesizedOperation)
        {
            step = step.Parent;
        }

        var kept = step switch
        {
            IEventAssignmentOperation { Adds: true } => "an event",
            IAssignmentOperation { Target: IFieldReferenceOperation field } => $"'{field.Field.Name}'",
            IAssignmentOperation { Target: IPropertyReferenceOperation property } => $"'{property.Property.Name}'",
            IObjectCreationOperation { Type.Name: "Timer" } => "a timer",
            IInvocationOperation { Instance: IFieldReferenceOperation or IPropertyReferenceOperation, TargetMethod.Name: "Add" or "TryAdd" or "Enqueue" or "Push" or "AddLast" or "AddFirst" } =>
                "a collection",
            _ => null,
        };
        if (kept is not null)
        {
            context.ReportDiagnostic(Diagnostic.Create(Kept, captured.Syntax.GetLocation(), kept));
        }
    }

    private static void Assigned(OperationAnalysisContext context, KnownTypes known)
    {
        var assignment = (IAssignmentOperation)context.Operation;
        var kept = assignment.Target switch
        {
            IFieldReferenceOperation field => field.Field.Name,
            IPropertyReferenceOperation property => property.Property.Name,
            IArrayElementReferenceOperation => "an array",
            _ => null,
        };
        var value = assignment.Value;
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        // In an initializer the object is new and most often goes out of sight with the attempt.
        if (kept is not null && known.IsContext(value.Type) && value is not ILiteralOperation && assignment.Parent is not IObjectOrCollectionInitializerOperation)
        {
            context.ReportDiagnostic(Diagnostic.Create(Kept, assignment.Syntax.GetLocation(), $"'{kept}'"));
        }
    }
}
