using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Actors.TestKit.Weaving;

/// <summary>Which instructions of a handler may be felt outside of it: before each of those its worker may die.</summary>
internal static class Effects
{
    private static readonly HashSet<string> Reads = ["GetEnumerator", "MoveNext", "Dispose", "Contains", "ContainsKey", "ContainsValue", "TryGetValue", "IndexOf", "Equals", "GetHashCode", "ToString"];

    /// <summary>What it is about to do, in words; null where nobody would notice.</summary>
    /// <param name="handler">Whose handler it is: what it calls of its own is looked at in its turn.</param>
    /// <param name="instruction">An instruction of it.</param>
    public static (Deed Deed, string What)? Of(Type handler, Instruction instruction) => instruction switch
    {
        { Operand: FieldInfo field } when (instruction.Code == OpCodes.Stfld || instruction.Code == OpCodes.Stsfld) && !IsOwn(handler, field.DeclaringType) =>
            (Deed.Set, $"{Name(field.DeclaringType!)}.{field.Name}"),
        { Operand: MethodInfo method } when (instruction.Code == OpCodes.Call || instruction.Code == OpCodes.Callvirt) && IsFelt(handler, method) => DeedOf(method),
        _ => null,
    };

    /// <summary>Whether a type is the handler or one that it inherits from, or was made by the compiler for one: state machines and closures.</summary>
    public static bool IsOwn(Type handler, Type? type) =>
        type is not null && (type == handler || (type != typeof(object) && handler.IsSubclassOf(type)) || (type.IsNested && type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && IsOwn(handler, Constructed(type))));

    private static Type? Constructed(Type nested) => nested.DeclaringType is { IsGenericTypeDefinition: true } outer && nested.IsConstructedGenericType
        ? outer.MakeGenericType(nested.GetGenericArguments()[..outer.GetGenericArguments().Length])
        : nested.DeclaringType;

    private static bool IsFelt(Type handler, MethodInfo method) =>
        method.DeclaringType is { } type
        && !IsOwn(handler, type)
        && !IsGetterOrOperator(method)
        && !typeof(ITaskMessage).IsAssignableFrom(type)
        && (typeof(Delegate).IsAssignableFrom(type) ? method.Name == "Invoke" : IsOutside(type) && !Reads.Contains(method.Name));

    private static bool IsGetterOrOperator(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("set_", StringComparison.Ordinal) && !method.Name.StartsWith("add_", StringComparison.Ordinal)
        && !method.Name.StartsWith("remove_", StringComparison.Ordinal);

    /// <summary>Not this engine, and of the class library only what holds data or reaches beyond the process.</summary>
    private static bool IsOutside(Type type)
    {
        if (type.Assembly == typeof(TaskContext).Assembly || type.Assembly == typeof(ITaskMessage).Assembly)
        {
            return false;
        }

        var assembly = type.Assembly.GetName().Name!;
        var isLibrary = assembly.StartsWith("System.", StringComparison.Ordinal) || assembly is "mscorlib" or "netstandard";
        return !isLibrary || (type.Namespace is { } space
            && (space.StartsWith("System.Collections", StringComparison.Ordinal)
                || space.StartsWith("System.IO", StringComparison.Ordinal)
                || space.StartsWith("System.Net", StringComparison.Ordinal)
                || space.StartsWith("System.Data", StringComparison.Ordinal)
                || space.StartsWith("System.Threading.Channels", StringComparison.Ordinal)
                || type == typeof(Interlocked)));
    }

    private static (Deed Deed, string What) DeedOf(MethodInfo method) =>
        !method.IsSpecialName ? (Deed.Call, $"{Name(method.DeclaringType!)}.{method.Name}")
        : method.Name == "set_Item" ? (Deed.Set, $"an item of {Name(method.DeclaringType!)}")
        : (Deed.Set, $"{Name(method.DeclaringType!)}.{method.Name[(method.Name.IndexOf('_', StringComparison.Ordinal) + 1)..]}");

    private static string Name(Type type)
    {
        var generic = type.Name.IndexOf('`', StringComparison.Ordinal);
        return generic < 0 ? type.Name : type.Name[..generic];
    }
}
