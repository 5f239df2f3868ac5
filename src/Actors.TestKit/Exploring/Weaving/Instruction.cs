using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Actors.TestKit.Weaving;

/// <summary>One instruction of a compiled method, with what it names resolved.</summary>
/// <param name="Offset">Where it stands in the method, in bytes.</param>
/// <param name="Code">What it does; branches are in their long form.</param>
/// <param name="Operand">A member, a string, a number, or the offsets that it branches to.</param>
internal readonly record struct Instruction(int Offset, OpCode Code, object? Operand)
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!).ToDictionary(static code => code.Value);

    private static readonly Dictionary<string, OpCode> ByName = Codes.Values.ToDictionary(static code => code.Name!);

    /// <summary>Reads a method as ECMA-335, partition III, has it.</summary>
    /// <param name="method">The method.</param>
    /// <param name="il">Its code.</param>
    public static List<Instruction> Read(MethodBase method, ReadOnlySpan<byte> il)
    {
        var read = new List<Instruction>();
        for (var position = 0; position < il.Length;)
        {
            var offset = position;
            var code = il[position] == 0xFE ? Codes[unchecked((short)(0xFE00 | il[position + 1]))] : Codes[il[position]];
            position += code.Size;
            var operand = OperandOf(method, code, il, ref position);
            read.Add(new Instruction(offset, code.OperandType == OperandType.ShortInlineBrTarget ? ByName[code.Name![..^2]] : code, operand));
        }

        return read;
    }

    private static object? OperandOf(MethodBase method, OpCode code, ReadOnlySpan<byte> il, ref int position)
    {
        var at = il[position..];
        switch (code.OperandType)
        {
            case OperandType.InlineNone:
                return null;
            case OperandType.ShortInlineBrTarget:
                position += 1;
                return position + (sbyte)at[0];
            case OperandType.ShortInlineI when code == OpCodes.Ldc_I4_S:
                position += 1;
                return (sbyte)at[0];
            case OperandType.ShortInlineI or OperandType.ShortInlineVar:
                position += 1;
                return at[0];
            case OperandType.InlineVar:
                position += 2;
                return BinaryPrimitives.ReadInt16LittleEndian(at);
            case OperandType.InlineBrTarget:
                position += 4;
                return position + BinaryPrimitives.ReadInt32LittleEndian(at);
            case OperandType.InlineI:
                position += 4;
                return BinaryPrimitives.ReadInt32LittleEndian(at);
            case OperandType.ShortInlineR:
                position += 4;
                return BinaryPrimitives.ReadSingleLittleEndian(at);
            case OperandType.InlineI8:
                position += 8;
                return BinaryPrimitives.ReadInt64LittleEndian(at);
            case OperandType.InlineR:
                position += 8;
                return BinaryPrimitives.ReadDoubleLittleEndian(at);
            case OperandType.InlineString:
                position += 4;
                return method.Module.ResolveString(BinaryPrimitives.ReadInt32LittleEndian(at));
            case OperandType.InlineSwitch:
                return Targets(at, ref position);
            case OperandType.InlineSig:
                position += 4;
                return null;
            default:
                position += 4;
                return method.Module.ResolveMember(
                    BinaryPrimitives.ReadInt32LittleEndian(at),
                    method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
                    method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
    }

    private static int[] Targets(ReadOnlySpan<byte> at, ref int position)
    {
        var targets = new int[BinaryPrimitives.ReadInt32LittleEndian(at)];
        position += 4 + (4 * targets.Length);
        for (var index = 0; index < targets.Length; index++)
        {
            targets[index] = position + BinaryPrimitives.ReadInt32LittleEndian(at[(4 + (4 * index))..]);
        }

        return targets;
    }
}
