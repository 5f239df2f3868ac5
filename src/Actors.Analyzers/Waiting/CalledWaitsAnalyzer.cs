using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Actors.Analyzers.Waiting;

/// <summary>Finds waiting that a handler does through methods of other classes in the same compilation: follows calls from handlers, some steps far.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CalledWaitsAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Longer ways are not followed.</summary>
    private const int CallsMax = 8;

    /// <summary>A method that a handler calls waits.</summary>
    public static readonly DiagnosticDescriptor CalledWaits = new(
        "ACT1004", "A method that a handler calls waits", "'{0}' waits, and a handler comes here ({1}) and holds its worker; await it, or end with a join of what it waits for",
        Rule.Waiting, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1004"), customTags: WellKnownDiagnosticTags.CompilationEnd);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [CalledWaits];

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

            var calls = new CallGraph(start.Compilation);
            start.RegisterOperationAction(
                operation => calls.Add(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation, OperationKind.PropertyReference,
                OperationKind.MethodReference, OperationKind.Await);
            start.RegisterCompilationEndAction(calls.Report);
        });
    }

    private sealed class CallGraph(Compilation compilation)
    {
        private readonly ConcurrentBag<(ISymbol From, IMethodSymbol To, bool IsHandler)> _calls = [];
        private readonly ConcurrentBag<(ISymbol In, Location At, string Name)> _waits = [];

        public void Add(OperationAnalysisContext context, KnownTypes known)
        {
            var isHandler = known.IsHandlerCode(context.Operation, context.ContainingSymbol);
            var called = context.Operation switch
            {
                IInvocationOperation invocation => invocation.TargetMethod,
                IObjectCreationOperation creation => creation.Constructor,
                IPropertyReferenceOperation property => property.Property.GetMethod,
                IMethodReferenceOperation method => method.Method,
                _ => null,
            };
            if (called is not null && IsOurs(called))
            {
                _calls.Add((Key(context.ContainingSymbol), Key(called), isHandler));
            }

            if (!isHandler && NameOfWait(context.Operation, known) is { } name)
            {
                _waits.Add((Key(context.ContainingSymbol), context.Operation.Syntax.GetLocation(), name));
            }
        }

        /// <summary>Breadth first, so that each method is named with the shortest way to it.</summary>
        public void Report(CompilationAnalysisContext context)
        {
            if (_waits.IsEmpty)
            {
                return;
            }

            var calls = _calls.ToLookup(static call => call.From, static call => call.To, SymbolEqualityComparer.Default);
            var ways = new Dictionary<ISymbol, string>(SymbolEqualityComparer.Default);
            var next = new Queue<(IMethodSymbol Method, string Way, int Length)>(
                _calls.Where(static call => call.IsHandler).Select(static call => (call.To, $"{Name(call.From)} > {Name(call.To)}", 1)).OrderBy(static call => call.Item2, System.StringComparer.Ordinal));
            while (next.Count > 0)
            {
                var (method, way, length) = next.Dequeue();
                foreach (var body in BodiesOf(method))
                {
                    if (ways.ContainsKey(body))
                    {
                        continue;
                    }

                    ways.Add(body, way);
                    foreach (var called in length < CallsMax ? calls[body] : [])
                    {
                        next.Enqueue((called, $"{way} > {Name(called)}", length + 1));
                    }
                }
            }

            foreach (var (method, at, name) in _waits)
            {
                if (ways.TryGetValue(method, out var way))
                {
                    context.ReportDiagnostic(Diagnostic.Create(CalledWaits, at, name, way));
                }
            }
        }

        private static string? NameOfWait(IOperation operation, KnownTypes known)
        {
            switch (operation)
            {
                case IInvocationOperation invocation:
                    var method = invocation.TargetMethod.ReducedFrom ?? invocation.TargetMethod;
                    var name = WaitingCalls.FullName(method);
                    return name == "System.Threading.Thread.Sleep" || WaitingCalls.IsWait(invocation, name) || WaitingCalls.WaitsForEngine(method, known)
                        ? $"{method.ContainingType.Name}.{method.Name}"
                        : null;
                case IPropertyReferenceOperation reference when WaitingCalls.IsWait(reference):
                    return $"{reference.Property.ContainingType.Name}.Result";
                case IAwaitOperation awaited when WaitingCalls.AwaitsHandle(awaited, known):
                    return "await of a TaskHandle";
                default:
                    return null;
            }
        }

        private bool IsOurs(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly);

        /// <summary>The method itself, and where it is abstract or virtual whatever stands in its place in this compilation.</summary>
        private IEnumerable<IMethodSymbol> BodiesOf(IMethodSymbol method)
        {
            yield return method;
            if (method is { IsAbstract: false, IsVirtual: false, IsOverride: false })
            {
                yield break;
            }

            foreach (var type in TypesOf(compilation.Assembly.GlobalNamespace))
            {
                if (method.ContainingType.TypeKind == TypeKind.Interface)
                {
                    foreach (var form in type.AllInterfaces.Where(form => SymbolEqualityComparer.Default.Equals(form.OriginalDefinition, method.ContainingType.OriginalDefinition)))
                    {
                        var declared = form.GetMembers(method.Name).OfType<IMethodSymbol>().FirstOrDefault(other => SymbolEqualityComparer.Default.Equals(other.OriginalDefinition, method));
                        if (declared is not null && type.FindImplementationForInterfaceMember(declared) is IMethodSymbol implementation)
                        {
                            yield return (IMethodSymbol)Key(implementation);
                        }
                    }
                }
                else
                {
                    foreach (var other in type.GetMembers(method.Name).OfType<IMethodSymbol>().Where(other => Overrides(other, method)))
                    {
                        yield return other;
                    }
                }
            }
        }

        private static bool Overrides(IMethodSymbol method, IMethodSymbol overridden)
        {
            for (var step = method.OverriddenMethod; step is not null; step = step.OverriddenMethod)
            {
                if (SymbolEqualityComparer.Default.Equals(step.OriginalDefinition, overridden))
                {
                    return true;
                }
            }

            return false;
        }

        private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol container) => container.GetMembers().OfType<INamespaceOrTypeSymbol>()
            .SelectMany(static member => member is INamedTypeSymbol type ? TypesOf(type).Prepend(type) : TypesOf(member));

        private static IMethodSymbol Key(IMethodSymbol method) => (method.ReducedFrom ?? method).OriginalDefinition;

        private static ISymbol Key(ISymbol member) => member is IMethodSymbol method ? Key(method) : member is IPropertySymbol { GetMethod: { } getter } ? getter.OriginalDefinition : member.OriginalDefinition;

        private static string Name(ISymbol member) => member switch
        {
            IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => $"new {constructor.ContainingType.Name}",
            IMethodSymbol { AssociatedSymbol: { } property } => $"{property.ContainingType.Name}.{property.Name}",
            _ => $"{member.ContainingType?.Name}.{member.Name}",
        };
    }
}
