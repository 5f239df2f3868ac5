using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Actors.Analyzers.Waiting;

/// <summary>What waits, wherever it stands.</summary>
internal static class WaitingCalls
{
    private static readonly ImmutableHashSet<string> WaitingMethods = ImmutableHashSet.Create(
        "System.Threading.Tasks.Task.Wait", "System.Threading.Tasks.Task.WaitAll", "System.Threading.Tasks.Task.WaitAny",
        "System.Threading.Tasks.Task.RunSynchronously",
        "System.Runtime.CompilerServices.TaskAwaiter.GetResult", "System.Runtime.CompilerServices.ValueTaskAwaiter.GetResult",
        "System.Runtime.CompilerServices.ConfiguredTaskAwaitable.ConfiguredTaskAwaiter.GetResult",
        "System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter.GetResult",
        "System.Threading.Thread.Join", "System.Threading.Monitor.Wait", "System.Threading.SpinWait.SpinUntil",
        "System.Threading.WaitHandle.WaitOne", "System.Threading.WaitHandle.WaitAll", "System.Threading.WaitHandle.WaitAny", "System.Threading.WaitHandle.SignalAndWait",
        "System.Threading.ManualResetEventSlim.Wait", "System.Threading.SemaphoreSlim.Wait", "System.Threading.CountdownEvent.Wait", "System.Threading.Barrier.SignalAndWait",
        "System.Collections.Concurrent.BlockingCollection.Take", "System.Collections.Concurrent.BlockingCollection.TakeFromAny",
        "System.Collections.Concurrent.BlockingCollection.GetConsumingEnumerable",
        "Akka.Actor.Futures.Ask", "Akka.Actor.Inbox.Receive", "Akka.Actor.ActorSystem.AwaitTermination",
        "System.Diagnostics.Process.WaitForExit");

    /// <summary>Whether a call waits for something that is not known to be there.</summary>
    public static bool IsWait(IInvocationOperation invocation, string name) =>
        WaitingMethods.Contains(name) && !(invocation.TargetMethod.Name == "GetResult" && CompletedTasks.IsKnown(TaskOf(invocation)));

    /// <summary>Whether it is the result of a task that is not known to be there.</summary>
    public static bool IsWait(IPropertyReferenceOperation reference) =>
        reference.Property.Name == "Result"
        && FullName(reference.Property.ContainingType) is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask"
        && reference.Parent is not INameOfOperation
        && !CompletedTasks.IsKnown(reference.Instance);

    public static bool WaitsForEngine(IMethodSymbol method, KnownTypes known)
    {
        var type = method.ContainingType.OriginalDefinition;
        return (SymbolEqualityComparer.Default.Equals(type, known.Handle) && method.Name is "OutcomeAsync" or "TreeAsync" or "GetAwaiter" or "CancelAsync")
            || (SymbolEqualityComparer.Default.Equals(type, known.Client)
                && method.Name is "SubmitAsync" or "SubmitManyAsync" or "CancelAsync" or "CancelTreeAsync" or "DrainAsync");
    }

    /// <summary>Whether it awaits a handle.</summary>
    public static bool AwaitsHandle(IAwaitOperation operation, KnownTypes known) =>
        SymbolEqualityComparer.Default.Equals(operation.Operation.Type?.OriginalDefinition, known.Handle);

    public static string FullName(ISymbol symbol)
    {
        var name = symbol.Name;
        for (var type = symbol.ContainingType; type is not null; type = type.ContainingType)
        {
            name = $"{type.Name}.{name}";
        }

        return symbol.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{name}" : name;
    }

    /// <summary>The task whose awaiter is asked.</summary>
    private static IOperation? TaskOf(IInvocationOperation getResult)
    {
        var step = getResult.Instance;
        while (step is IInvocationOperation { TargetMethod.Name: "GetAwaiter" or "ConfigureAwait", Instance: { } inner })
        {
            step = inner;
        }

        return step;
    }
}
