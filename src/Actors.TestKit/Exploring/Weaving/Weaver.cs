using System.Collections.Concurrent;
using System.Reflection;
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
    private readonly Dictionary<(Type Handler, MethodInfo Method), MethodInfo?> _woven = [];
    private readonly ConcurrentDictionary<(Type Handler, MethodInfo Method), MethodInfo?> _calls = [];
    private readonly List<(Type Handler, MethodInfo Method)> _written = [];
    private readonly List<(Type Machine, Type Handler, MethodInfo Move)> _machines = [];
    private WovenAssembly? _assembly;
    private int _places;

    /// <summary>The same type of task, with a handler that is woven.</summary>
    public IHandlerType Weave(IHandlerType type) => new WovenType(this, type);

    /// <summary>A static method, with the handler before its other parameters, that does the same as a method of the handler and stops at its points.</summary>
    /// <param name="handler">The handler's class.</param>
    /// <param name="method">A method of it, as its interface has it.</param>
    /// <returns>Null where it cannot be woven.</returns>
    public MethodInfo? CallOf(Type handler, MethodInfo method) => _calls.GetOrAdd((handler, method), key =>
    {
        var map = key.Handler.GetInterfaceMap(key.Method.DeclaringType!);
        var target = map.TargetMethods[Array.IndexOf(map.InterfaceMethods, key.Method)];
        if (target.DeclaringType is not { IsInterface: false } declaring)
        {
            return null;
        }

        lock (_lock)
        {
            _assembly = new WovenAssembly();
            Weave(declaring, target);
            Finish();
            return _woven[(declaring, target)];
        }
    });

    /// <summary>Under the lock: a method may call itself, so it is there before it is written.</summary>
    public MethodInfo? Weave(Type handler, MethodInfo method)
    {
        if (_woven.TryGetValue((handler, method), out var known))
        {
            return known;
        }

        var made = WovenMethod.Of(this, _assembly!, handler, method);
        _woven.Add((handler, method), made?.Method);
        if (made is { } woven)
        {
            _written.Add((handler, method));
            woven.Write();
        }

        return made?.Method;
    }

    /// <summary>Under the lock: a number for a place in the code, from 1.</summary>
    public int NextPlace() => ++_places;

    /// <summary>Under the lock: weaves what the compiler has made of an asynchronous method.</summary>
    /// <returns>Whether it could.</returns>
    public bool WeaveMachine(Type handler, Type machine)
    {
        var move = machine.GetInterfaceMap(typeof(IAsyncStateMachine)).TargetMethods.Single(static method => method.Name.EndsWith("MoveNext", StringComparison.Ordinal));
        var isNew = !_woven.ContainsKey((handler, move));
        if (Weave(handler, move) is null)
        {
            return false;
        }

        if (isNew)
        {
            _machines.Add((machine, handler, move));
        }

        return true;
    }

    /// <summary>All that was begun is written: from now on it can be called.</summary>
    private void Finish()
    {
        var find = _assembly!.Finish();
        foreach (var key in _written)
        {
            _woven[key] = find(_woven[key]!.Name);
        }

        foreach (var (machine, handler, move) in _machines)
        {
            var suspendable = typeof(Suspendable<>).MakeGenericType(machine);
            var form = machine.IsValueType ? suspendable.GetNestedType("MoveStruct")!.MakeGenericType(machine) : typeof(Action<>).MakeGenericType(machine);
            suspendable.GetProperty("Woven")!.SetValue(null, _woven[(handler, move)]!.CreateDelegate(form));
        }

        _written.Clear();
        _machines.Clear();
        _assembly = null;
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
