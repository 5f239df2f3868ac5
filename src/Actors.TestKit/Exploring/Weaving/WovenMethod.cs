using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Actors.TestKit.Weaving;

/// <summary>
/// Writes a compiled method anew, instruction by instruction, with a call of <see cref="Points.Reach"/> before each that may be felt outside, and with an
/// <c>await</c> that always stops.
/// </summary>
/// <remarks>Function pointers are beyond it: who uses them stays as it is.</remarks>
internal sealed class WovenMethod
{
    private static readonly MethodInfo Reach = typeof(Points).GetMethod(nameof(Points.Reach))!;
    private static readonly MethodInfo IsCompleted = typeof(Points).GetMethod(nameof(Points.IsCompleted))!;
    private static readonly MethodInfo Begin = typeof(Points).GetMethod(nameof(Points.Begin))!;
    private static readonly MethodInfo Await = typeof(Points).GetMethod(nameof(Points.Await))!;

    private readonly Weaver _weaver;
    private readonly Type _handler;
    private readonly MethodInfo _method;
    private readonly MethodBody _body;
    private readonly List<Instruction> _instructions;
    private readonly ILGenerator _il;
    private readonly Dictionary<int, Label> _labels = [];

    private WovenMethod(Weaver weaver, Type handler, MethodInfo method, MethodBody body, List<Instruction> instructions, MethodBuilder target)
    {
        _weaver = weaver;
        _handler = handler;
        _method = method;
        _body = body;
        _instructions = instructions;
        _il = target.GetILGenerator(2 * body.GetILAsByteArray()!.Length);
    }

    /// <summary>Makes the new method, and what writes its code.</summary>
    /// <returns>Null where it cannot be woven.</returns>
    public static (MethodBuilder Method, Action Write)? Of(Weaver weaver, WovenAssembly assembly, Type handler, MethodInfo method)
    {
        if (method.GetMethodBody() is not { } body || method.ContainsGenericParameters)
        {
            return null;
        }

        var instructions = Instruction.Read(method, body.GetILAsByteArray()!);
        if (instructions.Exists(static instruction => instruction.Code == OpCodes.Calli || instruction.Code == OpCodes.Jmp || instruction.Code == OpCodes.Arglist))
        {
            return null;
        }

        Type[] self = method.IsStatic ? [] : [method.DeclaringType!.IsValueType ? method.DeclaringType.MakeByRefType() : method.DeclaringType];
        Type[] parameters = [.. self, .. method.GetParameters().Select(static parameter => parameter.ParameterType)];
        var woven = assembly.Define(method.Name, method.ReturnType, parameters);
        woven.InitLocals = body.InitLocals;
        assembly.Uses(method.Module.Assembly);
        foreach (var member in instructions.Select(static instruction => instruction.Operand).OfType<MemberInfo>())
        {
            assembly.Uses((member as Type ?? member.DeclaringType)?.Assembly);
        }

        return (woven, () => new WovenMethod(weaver, handler, method, body, instructions, woven).Write());
    }

    private void Write()
    {
        foreach (var local in _body.LocalVariables)
        {
            _il.DeclareLocal(local.LocalType, local.IsPinned);
        }

        foreach (var target in _instructions.SelectMany(static instruction => instruction.Code.OperandType switch
        {
            OperandType.InlineBrTarget => [(int)instruction.Operand!],
            OperandType.InlineSwitch => (int[])instruction.Operand!,
            _ => [],
        }))
        {
            _labels.TryAdd(target, _il.DefineLabel());
        }

        for (var index = 0; index < _instructions.Count; index++)
        {
            WriteBlocks(_instructions[index].Offset);
            if (Effects.Of(_handler, Bare(index)) is { } effect && !IsAfterPrefix(index) && Own(Bare(index)) is null)
            {
                _il.Emit(OpCodes.Ldc_I4, (int)effect.Deed);
                _il.Emit(OpCodes.Ldstr, effect.What);
                _il.Emit(OpCodes.Ldc_I4, _weaver.NextPlace());
                _il.Emit(OpCodes.Call, Reach);
            }

            Write(_instructions[index]);
        }

        WriteBlocks(_body.GetILAsByteArray()!.Length);
    }

    /// <summary>The instruction itself, where its prefix stands.</summary>
    private Instruction Bare(int index) => _instructions[index].Code.OpCodeType == OpCodeType.Prefix ? Bare(index + 1) : _instructions[index];

    private bool IsAfterPrefix(int index) => index > 0 && _instructions[index - 1].Code.OpCodeType == OpCodeType.Prefix;

    /// <summary>Ends and begins the protected regions that end or begin at an offset, the inner ones inside the outer ones.</summary>
    private void WriteBlocks(int offset)
    {
        var clauses = _body.ExceptionHandlingClauses;
        foreach (var region in clauses.GroupBy(static clause => (clause.TryOffset, clause.TryLength)))
        {
            if (region.Max(static clause => clause.HandlerOffset + clause.HandlerLength) == offset)
            {
                _il.EndExceptionBlock();
            }
        }

        if (clauses.Any(clause => clause.Flags == ExceptionHandlingClauseOptions.Filter && clause.FilterOffset == offset))
        {
            _il.BeginExceptFilterBlock();
        }

        foreach (var clause in clauses.Where(clause => clause.HandlerOffset == offset))
        {
            switch (clause.Flags)
            {
                case ExceptionHandlingClauseOptions.Clause:
                    _il.BeginCatchBlock(clause.CatchType!);
                    break;
                case ExceptionHandlingClauseOptions.Filter:
                    _il.BeginCatchBlock(null);
                    break;
                case ExceptionHandlingClauseOptions.Fault:
                    _il.BeginFaultBlock();
                    break;
                default:
                    _il.BeginFinallyBlock();
                    break;
            }
        }

        if (_labels.TryGetValue(offset, out var label))
        {
            _il.MarkLabel(label);
        }

        foreach (var _ in clauses.Where(clause => clause.TryOffset == offset).DistinctBy(static clause => clause.TryLength))
        {
            _il.BeginExceptionBlock();
        }
    }

    private void Write(Instruction instruction)
    {
        if (instruction.Operand is MethodInfo method && WriteAwaiting(method))
        {
            return;
        }

        switch (instruction.Operand)
        {
            case null when instruction.Code == OpCodes.Endfilter:
                break; // it is written where its handler begins
            case null:
                _il.Emit(instruction.Code);
                break;
            case FieldInfo cache when IsCacheOfLambda(cache) && instruction.Code == OpCodes.Ldsfld:
                _il.Emit(OpCodes.Ldnull); // what was kept there is the lambda as it was
                break;
            case FieldInfo cache when IsCacheOfLambda(cache) && instruction.Code == OpCodes.Stsfld:
                _il.Emit(OpCodes.Pop);
                break;
            case MethodInfo lambda when instruction.Code == OpCodes.Ldftn && WovenLambda(lambda) is { } woven:
                _il.Emit(OpCodes.Ldftn, woven);
                break;
            case int target when instruction.Code.OperandType == OperandType.InlineBrTarget:
                _il.Emit(instruction.Code, _labels[target]);
                break;
            case int[] targets:
                _il.Emit(instruction.Code, [.. targets.Select(target => _labels[target])]);
                break;
            case MethodInfo when Own(instruction) is { } own:
                _il.Emit(OpCodes.Call, own);
                break;
            case MethodInfo called:
                _il.Emit(instruction.Code, called);
                break;
            case ConstructorInfo constructor:
                _il.Emit(instruction.Code, constructor);
                break;
            case FieldInfo field:
                _il.Emit(instruction.Code, field);
                break;
            case Type type:
                _il.Emit(instruction.Code, type);
                break;
            case string text:
                _il.Emit(instruction.Code, text);
                break;
            case sbyte number:
                _il.Emit(instruction.Code, number);
                break;
            case byte number:
                _il.Emit(instruction.Code, number);
                break;
            case short number:
                _il.Emit(instruction.Code, number);
                break;
            case int number:
                _il.Emit(instruction.Code, number);
                break;
            case long number:
                _il.Emit(instruction.Code, number);
                break;
            case float number:
                _il.Emit(instruction.Code, number);
                break;
            case double number:
                _il.Emit(instruction.Code, number);
                break;
            default:
                throw new NotSupportedException($"{instruction} in {_method}");
        }
    }

    /// <summary>A method of the handler's own that it calls, woven.</summary>
    private MethodInfo? Own(Instruction instruction) =>
        instruction.Operand is MethodInfo method && (instruction.Code == OpCodes.Call || instruction.Code == OpCodes.Callvirt)
            && !(method.IsVirtual && instruction.Code == OpCodes.Callvirt) && Effects.IsOwn(_handler, method.DeclaringType)
            && !(IsLambda(_method) && IsAsynchronous(method))
            ? _weaver.Weave(_handler, method)
            : null;

    /// <summary>A lambda of the handler's own, or a method of it that a delegate is made of. Who calls it, and on what thread, is not known: so none that awaits.</summary>
    private MethodInfo? WovenLambda(MethodInfo method) =>
        Effects.IsOwn(_handler, method.DeclaringType) && !method.DeclaringType!.IsValueType && !method.IsVirtual && !IsAsynchronous(method) ? _weaver.Weave(_handler, method) : null;

    private static bool IsLambda(MethodInfo method) => method.Name.Contains(">b__", StringComparison.Ordinal);

    private static bool IsAsynchronous(MethodInfo method) => method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false);

    private bool IsCacheOfLambda(FieldInfo field) => field.Name.StartsWith("<>9__", StringComparison.Ordinal) && Effects.IsOwn(_handler, field.DeclaringType);

    /// <summary>What the compiler makes of <c>async</c> and <c>await</c>: the start, the question whether to stop, and the stop.</summary>
    private bool WriteAwaiting(MethodInfo called)
    {
        var isOfBuilder = called.DeclaringType is { Namespace: "System.Runtime.CompilerServices" } type && type.Name.Contains("MethodBuilder", StringComparison.Ordinal);
        if (isOfBuilder && called.Name == "Start" && called.GetGenericArguments()[0] is var machine && _weaver.WeaveMachine(_handler, machine))
        {
            var local = _il.DeclareLocal(machine.MakeByRefType());
            _il.Emit(OpCodes.Stloc, local);
            _il.Emit(OpCodes.Call, called.DeclaringType!.GetProperty("Task")!.GetMethod!); // made here, so that copies of the builder end the same one
            _il.Emit(OpCodes.Pop);
            _il.Emit(OpCodes.Ldloc, local);
            _il.Emit(OpCodes.Call, Begin.MakeGenericMethod(machine));
            return true;
        }

        if (!typeof(IAsyncStateMachine).IsAssignableFrom(_method.DeclaringType))
        {
            return false;
        }

        if (isOfBuilder && called.Name is "AwaitOnCompleted" or "AwaitUnsafeOnCompleted")
        {
            _il.Emit(OpCodes.Call, Await.MakeGenericMethod(called.DeclaringType!, called.GetGenericArguments()[0], called.GetGenericArguments()[1]));
            return true;
        }

        if (called.Name == "get_IsCompleted" && typeof(INotifyCompletion).IsAssignableFrom(called.DeclaringType))
        {
            _il.Emit(called.DeclaringType!.IsValueType ? OpCodes.Call : OpCodes.Callvirt, called);
            _il.Emit(OpCodes.Call, IsCompleted);
            return true;
        }

        return false;
    }
}
