using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Actors.Ledger;
using Actors.Registration;

namespace Actors.TestKit.Weaving;

/// <summary>
/// Gives handlers points at which an exploration may stop them, without a change to their sources: a handler's methods are written anew from their compiled
/// code. What they call outside of their own class stays as it is.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class Weaver
{
    public static readonly Weaver Shared = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<(Type Handler, MethodInfo Method), DynamicMethod?> _woven = [];
    private readonly ConcurrentDictionary<(Type Handler, MethodInfo Method), MethodInfo> _calls = [];
    private readonly Queue<Action> _toCompile = [];
    private int _places;

    /// <summary>The same type of task, with a handler that is woven.</summary>
    public IHandlerType Weave(IHandlerType type) => new WovenType(this, type);

    /// <summary>The method that does the same as another, and stops at its points; the other itself where it cannot be woven.</summary>
    /// <param name="handler">The handler's class.</param>
    /// <param name="method">A method of it, as its interface has it.</param>
    public MethodInfo CallOf(Type handler, MethodInfo method) => _calls.GetOrAdd((handler, method), key =>
    {
        var map = key.Handler.GetInterfaceMap(key.Method.DeclaringType!);
        var target = map.TargetMethods[Array.IndexOf(map.InterfaceMethods, key.Method)];
        if (target.DeclaringType is not { IsInterface: false } declaring)
        {
            return target;
        }

        lock (_lock)
        {
            var woven = Weave(declaring, target);
            while (_toCompile.TryDequeue(out var compile))
            {
                compile(); // not before all are written: some call each other
            }

            return woven ?? target;
        }
    });

    /// <summary>Under the lock: a method may call itself, so it is there before it is written.</summary>
    public DynamicMethod? Weave(Type handler, MethodInfo method)
    {
        if (_woven.TryGetValue((handler, method), out var known))
        {
            return known;
        }

        var made = WovenMethod.Of(this, handler, method);
        _woven.Add((handler, method), made?.Method);
        made?.Write();
        return made?.Method;
    }

    /// <summary>Under the lock: a number for a place in the code, from 1.</summary>
    public int NextPlace() => ++_places;

    /// <summary>Under the lock: weaves what the compiler has made of an asynchronous method.</summary>
    /// <returns>Whether it could.</returns>
    public bool WeaveMachine(Type handler, Type machine)
    {
        var move = machine.GetInterfaceMap(typeof(IAsyncStateMachine)).TargetMethods.Single(static method => method.Name.EndsWith("MoveNext", StringComparison.Ordinal));
        if (Weave(handler, move) is not { } woven)
        {
            return false;
        }

        var suspendable = typeof(Suspendable<>).MakeGenericType(machine);
        var form = machine.IsValueType ? suspendable.GetNestedType("MoveStruct")!.MakeGenericType(machine) : typeof(Action<>).MakeGenericType(machine);
        _toCompile.Enqueue(() => suspendable.GetProperty("Woven")!.SetValue(null, woven.CreateDelegate(form)));
        return true;
    }

    private sealed class WovenType(Weaver weaver, IHandlerType type) : IHandlerType
    {
        private readonly Type _form = HandlerShape.FormOf(type.GetType());

        public HandlerFactory Handlers => type.Handlers;

        public bool IsSynchronous => type.IsSynchronous;

        public Ending Run(object handler, TaskRecord task, TaskContext context) => type.Run(Woven(handler), task, context);

        public ValueTask<Ending> RunAsync(object handler, TaskRecord task, TaskContext context) => type.RunAsync(Woven(handler), task, context);

        private object Woven(object handler) => WovenHandlers.Of(_form, new WovenCalls(weaver, handler));
    }
}
