using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Actors.Analyzers.Messages;

/// <summary>Looks at tasks, joins and folds: two threads read them, and a store or a wire may have to write them.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MessagesAnalyzer : DiagnosticAnalyzer
{
    /// <summary>A task message can be changed.</summary>
    public static readonly DiagnosticDescriptor Mutable = new(
        "ACT1301", "A task message can be changed", "'{0}.{1}' can be changed{2}: a task message is read by several threads and again by every attempt, so make it immutable",
        Rule.Messages, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1301"));

    /// <summary>A task message cannot be serialised.</summary>
    public static readonly DiagnosticDescriptor NotSerialisable = new(
        "ACT1302", "A task message cannot be serialised", "'{0}.{1}' is a {2}, which cannot be written to a store or a wire: let the message hold data, and the handler get the rest by injection",
        Rule.Messages, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Rule.HelpOf("ACT1302"));

    private const int DepthMax = 3;

    private static readonly ImmutableHashSet<string> MutableTypes = ImmutableHashSet.Create(
        "System.Collections.Generic.List<T>", "System.Collections.Generic.Dictionary<TKey, TValue>", "System.Collections.Generic.HashSet<T>", "System.Collections.Generic.SortedSet<T>",
        "System.Collections.Generic.SortedDictionary<TKey, TValue>", "System.Collections.Generic.SortedList<TKey, TValue>", "System.Collections.Generic.Queue<T>",
        "System.Collections.Generic.Stack<T>", "System.Collections.Generic.LinkedList<T>", "System.Collections.Generic.IList<T>", "System.Collections.Generic.ICollection<T>",
        "System.Collections.Generic.IDictionary<TKey, TValue>", "System.Collections.Generic.ISet<T>", "System.Collections.ObjectModel.Collection<T>",
        "System.Collections.ObjectModel.ObservableCollection<T>", "System.Collections.Concurrent.ConcurrentDictionary<TKey, TValue>", "System.Collections.Concurrent.ConcurrentBag<T>",
        "System.Collections.Concurrent.ConcurrentQueue<T>", "System.Collections.ArrayList", "System.Collections.Hashtable", "System.Text.StringBuilder", "System.Memory<T>");

    private static readonly ImmutableHashSet<string> LiveTypes = ImmutableHashSet.Create(
        "System.Threading.Tasks.Task", "System.Threading.Tasks.Task<TResult>", "System.Threading.Tasks.ValueTask", "System.Threading.Tasks.ValueTask<TResult>",
        "System.Threading.CancellationToken", "System.Threading.CancellationTokenSource", "System.Threading.Tasks.TaskCompletionSource", "System.Threading.Tasks.TaskCompletionSource<TResult>",
        "System.IServiceProvider", "System.IntPtr", "nint", "System.UIntPtr", "nuint", "System.Lazy<T>", "System.Threading.Thread", "System.Type", "System.Net.Http.HttpClient",
        "System.Threading.SemaphoreSlim", "Akka.Actor.IActorRef", "Akka.Actor.ActorSystem", "Actors.TaskContext", "Actors.TaskClient", "Actors.TaskHandle<TResult>");

    private static readonly ImmutableHashSet<string> LiveBases = ImmutableHashSet.Create(
        "System.Delegate", "System.IO.Stream", "System.IO.TextReader", "System.IO.TextWriter", "System.Threading.WaitHandle", "System.Data.Common.DbConnection",
        "System.Linq.Expressions.Expression", "System.Runtime.InteropServices.SafeHandle", "System.Threading.Tasks.Task");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Mutable, NotSerialisable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.Of(start.Compilation) is { } known)
            {
                start.RegisterSymbolAction(symbol => Declared(symbol, known), SymbolKind.NamedType);
            }
        });
    }

    private static void Declared(SymbolAnalysisContext context, KnownTypes known)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || !known.IsMessage(type))
        {
            return;
        }

        foreach (var (member, memberType, canBeSet) in AllMembers(type, known))
        {
            if (Live(memberType) is { } live)
            {
                Report(context, NotSerialisable, member, type.Name, member.Name, live);
            }
            else if (canBeSet)
            {
                Report(context, Mutable, member, type.Name, member.Name, "");
            }
            else if (memberType is IArrayTypeSymbol || MutableTypes.Contains(memberType.OriginalDefinition.ToDisplayString()))
            {
                Report(context, Mutable, member, type.Name, member.Name, $", since it is a {memberType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}");
            }
            else if (CanBeChanged(memberType, DepthMax))
            {
                Report(context, Mutable, member, type.Name, member.Name, $", since a {memberType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} can be");
            }
        }
    }

    /// <summary>Its own members, and those of base classes that are no messages themselves.</summary>
    private static IEnumerable<(ISymbol Member, ITypeSymbol Type, bool CanBeSet)> AllMembers(INamedTypeSymbol type, KnownTypes known)
    {
        for (var step = type; step is not null && (SymbolEqualityComparer.Default.Equals(step, type) || !known.IsMessage(step)); step = step.BaseType)
        {
            foreach (var member in Members(step).Where(static member => member.Member.Locations[0].IsInSource))
            {
                yield return member;
            }
        }
    }

    /// <summary>Whether a type of this project has a member that others can change, itself or further down. What it hides it may change as it likes.</summary>
    private static bool CanBeChanged(ITypeSymbol type, int depth) =>
        depth > 0
        && type is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } named && named.Locations[0].IsInSource
        && Members(named).Any(member => member.Member.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal
            && (member.CanBeSet
                || member.Type is IArrayTypeSymbol
                || MutableTypes.Contains(member.Type.OriginalDefinition.ToDisplayString())
                || CanBeChanged(member.Type, depth - 1)));

    private static IEnumerable<(ISymbol Member, ITypeSymbol Type, bool CanBeSet)> Members(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers())
        {
            switch (member)
            {
                case IFieldSymbol { IsStatic: false, IsConst: false, IsImplicitlyDeclared: false } field:
                    yield return (field, Unwrapped(field.Type), !field.IsReadOnly);
                    break;
                case IPropertySymbol { IsStatic: false, IsIndexer: false, Name: not "EqualityContract" } property when IsStored(property):
                    yield return (property, Unwrapped(property.Type), property.SetMethod is { IsInitOnly: false });
                    break;
            }
        }
    }

    /// <summary>A property with a field behind it, or one that can be set; what is computed is nobody's state.</summary>
    private static bool IsStored(IPropertySymbol property) =>
        property.SetMethod is not null
        || property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static ITypeSymbol Unwrapped(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;

    private static string? Live(ITypeSymbol type)
    {
        if (LiveTypes.Contains(type.OriginalDefinition.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString()) || type.TypeKind is TypeKind.Delegate or TypeKind.Pointer or TypeKind.FunctionPointer)
        {
            return type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        }

        for (var step = type; step is not null; step = step.BaseType)
        {
            if (LiveBases.Contains(step.OriginalDefinition.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString()))
            {
                return type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
            }
        }

        return null;
    }

    private static void Report(SymbolAnalysisContext context, DiagnosticDescriptor rule, ISymbol at, params object[] arguments) =>
        context.ReportDiagnostic(Diagnostic.Create(rule, at.Locations[0], arguments));
}
