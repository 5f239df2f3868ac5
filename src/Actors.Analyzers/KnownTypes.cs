using System.Linq;
using Microsoft.CodeAnalysis;

namespace Actors.Analyzers;

/// <summary>The types of the engine, as a compilation that references it sees them; and what is a handler's code.</summary>
internal sealed class KnownTypes
{
    private static readonly string[] HandlerInterfaces =
    [
        "Actors.ITaskHandler`2", "Actors.IAsyncTaskHandler`2", "Actors.IJoinHandler`3", "Actors.IJoinHandler`4", "Actors.IJoinHandler`5",
        "Actors.IAsyncJoinHandler`3", "Actors.IFoldHandler`4",
    ];

    private readonly INamedTypeSymbol[] _handlers;

    private KnownTypes(Compilation compilation, INamedTypeSymbol context)
    {
        Context = context;
        Message = compilation.GetTypeByMetadataName("Actors.ITaskMessage");
        Handle = compilation.GetTypeByMetadataName("Actors.TaskHandle`1");
        Client = compilation.GetTypeByMetadataName("Actors.TaskClient");
        Token = compilation.GetTypeByMetadataName("System.Threading.CancellationToken");
        _handlers = [.. HandlerInterfaces.Select(compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>()];
    }

    public INamedTypeSymbol Context { get; }

    public INamedTypeSymbol? Message { get; }

    public INamedTypeSymbol? Handle { get; }

    public INamedTypeSymbol? Client { get; }

    public INamedTypeSymbol? Token { get; }

    /// <summary>Null where the compilation does not reference the engine.</summary>
    public static KnownTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Actors.TaskContext") is { } context ? new KnownTypes(compilation, context) : null;

    /// <summary>
    /// Whether it runs while a handler does: anywhere in a class that handles something, which is made and disposed of within the attempt, or in anything that is
    /// given a context.
    /// </summary>
    public bool IsHandlerCode(IOperation operation, ISymbol member)
    {
        for (var step = operation; step is not null; step = step.Parent)
        {
            var function = step switch
            {
                Microsoft.CodeAnalysis.Operations.IAnonymousFunctionOperation lambda => lambda.Symbol,
                Microsoft.CodeAnalysis.Operations.ILocalFunctionOperation local => local.Symbol,
                _ => null,
            };
            if (function is not null && TakesContext(function))
            {
                return true;
            }
        }

        return IsHandlerCode(member);
    }

    public bool IsHandlerCode(ISymbol member) =>
        member is IMethodSymbol method && TakesContext(method)
        || (member.ContainingType is { } type && IsHandler(type));

    public bool IsHandler(INamedTypeSymbol type) =>
        type.AllInterfaces.Any(form => _handlers.Any(handler => SymbolEqualityComparer.Default.Equals(form.OriginalDefinition, handler)));

    /// <summary>The messages that a class handles.</summary>
    public ITypeSymbol[] HandledBy(INamedTypeSymbol type) =>
        [.. type.AllInterfaces.Where(form => _handlers.Any(handler => SymbolEqualityComparer.Default.Equals(form.OriginalDefinition, handler))).Select(static form => form.TypeArguments[0])];

    public bool IsMessage(ITypeSymbol type) =>
        Message is not null && type.AllInterfaces.Any(form => SymbolEqualityComparer.Default.Equals(form, Message));

    /// <summary>Whether it is what a handler must not call at all.</summary>
    public bool IsEngine(INamedTypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, Handle) || SymbolEqualityComparer.Default.Equals(type, Client);

    public bool IsContext(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Context);

    private bool TakesContext(IMethodSymbol method) => method.Parameters.Any(parameter => IsContext(parameter.Type));
}
