using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Actors.Analyzers.Waiting;

/// <summary>Finds what holds a worker: waiting for a task of whatever kind, waiting for a task of the engine, and blocking where one could await.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WaitingAnalyzer : DiagnosticAnalyzer
{
    /// <summary>A handler waits.</summary>
    public static readonly DiagnosticDescriptor Waits = new(
        "ACT1001", "A handler waits", "'{0}' waits inside a handler and holds its worker; await it, or end with a join of what it waits for", Rule.Waiting,
        DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1001"));

    /// <summary>A handler awaits a task of the engine.</summary>
    public static readonly DiagnosticDescriptor AwaitsTask = new(
        "ACT1002", "A handler awaits a task of the engine",
        "'{0}' waits for the engine inside a handler and holds its worker until another task ends; spawn a follow-up, or end with a join: return context.Join([task], new YourJoin())",
        Rule.Waiting, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1002"));

    /// <summary>An asynchronous handler blocks.</summary>
    public static readonly DiagnosticDescriptor Blocks = new(
        "ACT1003", "An asynchronous handler blocks", "'{0}' blocks the thread of an asynchronous handler; await {1} instead", Rule.Waiting,
        DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1003"));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Waits, AwaitsTask, Blocks];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.Of(start.Compilation) is { } known)
            {
                start.RegisterOperationAction(operation => Invoked(operation, known), OperationKind.Invocation);
                start.RegisterOperationAction(operation => Read(operation, known), OperationKind.PropertyReference);
                start.RegisterOperationAction(operation => Awaited(operation, known), OperationKind.Await);
            }
        });
    }

    private static void Invoked(OperationAnalysisContext context, KnownTypes known)
    {
        var invocation = (IInvocationOperation)context.Operation;
        var method = invocation.TargetMethod.ReducedFrom ?? invocation.TargetMethod;
        var name = WaitingCalls.FullName(method);
        if (!known.IsHandlerCode(invocation, context.ContainingSymbol))
        {
            return;
        }

        if (WaitingCalls.IsWait(invocation, name))
        {
            Report(context, Waits, invocation, $"{method.ContainingType.Name}.{method.Name}");
        }
        else if (WaitingCalls.WaitsForEngine(method, known))
        {
            Report(context, AwaitsTask, invocation, $"{method.ContainingType.Name}.{method.Name}");
        }
        else if (IsInAsyncFunction(invocation, context.ContainingSymbol))
        {
            if (name == "System.Threading.Thread.Sleep")
            {
                Report(context, Blocks, invocation, "Thread.Sleep", "Task.Delay(time, context.CancellationToken)");
            }
            else if (AsynchronousTwin(method) is { } twin)
            {
                Report(context, Blocks, invocation, $"{method.ContainingType.Name}.{method.Name}", twin.Name);
            }
        }
        else if (name == "System.Threading.Thread.Sleep")
        {
            Report(context, Waits, invocation, "Thread.Sleep");
        }
    }

    private static void Read(OperationAnalysisContext context, KnownTypes known)
    {
        var reference = (IPropertyReferenceOperation)context.Operation;
        if (WaitingCalls.IsWait(reference)
            && known.IsHandlerCode(reference, context.ContainingSymbol))
        {
            Report(context, Waits, reference, $"{reference.Property.ContainingType.Name}.Result");
        }
    }

    private static void Awaited(OperationAnalysisContext context, KnownTypes known)
    {
        var awaited = ((IAwaitOperation)context.Operation).Operation;
        if (SymbolEqualityComparer.Default.Equals(awaited.Type?.OriginalDefinition, known.Handle) && known.IsHandlerCode(awaited, context.ContainingSymbol))
        {
            Report(context, AwaitsTask, context.Operation, "await of a TaskHandle");
        }
    }

    private static bool IsInAsyncFunction(IOperation operation, ISymbol member)
    {
        for (var step = operation; step is not null; step = step.Parent)
        {
            switch (step)
            {
                case IAnonymousFunctionOperation lambda:
                    return lambda.Symbol.IsAsync;
                case ILocalFunctionOperation local:
                    return local.Symbol.IsAsync;
            }
        }

        return member is IMethodSymbol { IsAsync: true };
    }

    /// <summary>A method of the same type that does the same without blocking: the same parameters, and perhaps a token more.</summary>
    private static IMethodSymbol? AsynchronousTwin(IMethodSymbol method)
    {
        if (method.MethodKind != MethodKind.Ordinary || method.Name.EndsWith("Async", System.StringComparison.Ordinal) || IsAwaitable(method.ReturnType))
        {
            return null;
        }

        for (var type = method.ContainingType; type is not null; type = type.BaseType)
        {
            var twin = type.GetMembers(method.Name + "Async").OfType<IMethodSymbol>().FirstOrDefault(other =>
                other.IsStatic == method.IsStatic && other.DeclaredAccessibility == Accessibility.Public && IsAwaitable(other.ReturnType) && TakesTheSame(method, other));
            if (twin is not null)
            {
                return twin;
            }
        }

        return null;
    }

    private static bool TakesTheSame(IMethodSymbol method, IMethodSymbol twin) =>
        twin.Parameters.Length >= method.Parameters.Length
        && method.Parameters.Zip(twin.Parameters, static (one, other) => SymbolEqualityComparer.Default.Equals(one.Type, other.Type)).All(static same => same)
        && twin.Parameters.Skip(method.Parameters.Length).All(static extra => extra.IsOptional || extra.Type.Name == "CancellationToken");

    private static bool IsAwaitable(ITypeSymbol type) =>
        WaitingCalls.FullName(type) is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask" or "System.Collections.Generic.IAsyncEnumerable";

    private static void Report(OperationAnalysisContext context, DiagnosticDescriptor rule, IOperation at, params object[] arguments) =>
        context.ReportDiagnostic(Diagnostic.Create(rule, at.Syntax.GetLocation(), arguments));
}
