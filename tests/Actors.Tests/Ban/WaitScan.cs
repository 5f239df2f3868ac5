using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Actors.Tests.Ban;

/// <summary>A banned member that a compiled method refers to.</summary>
/// <param name="Assembly">The assembly's name.</param>
/// <param name="Type">The type as it stands in the source.</param>
/// <param name="Method">The method as it stands in the source: a lambda counts for the method around it.</param>
/// <param name="Compiled">The method that holds the instruction, as the compiler named it.</param>
/// <param name="Ban">The line of the list.</param>
internal sealed record Offence(string Assembly, string Type, string Method, string Compiled, Ban Ban)
{
    public override string ToString() => $"{Assembly}: {Type}.{Method} waits with {Ban.Id}. {Ban.Remedy} (IL: {Compiled})";
}

/// <summary>
/// Looks through the IL of an assembly for members of the ban list: called, constructed, taken as a delegate, or held as a token
/// (an expression tree). Unlike the analyzer it cannot be silenced in the source.
/// <para>
/// What the compiler itself writes for <c>await</c> is let through, and no more than that. An await expression in an async method becomes,
/// in the state machine's MoveNext, one <c>builder.Await(Unsafe)OnCompleted&lt;TAwaiter, …&gt;</c> and one <c>awaiter.GetResult()</c>. So
/// for each awaiter type as many GetResult are free as there are suspensions; one more was written by hand. The other place is the
/// entry point that the compiler puts around an async Main: the process ends with it, nobody is kept waiting.
/// </para>
/// </summary>
internal static class WaitScan
{
    public static IReadOnlyList<Offence> Scan(string path, BanList list)
    {
        using var module = ModuleDefinition.ReadModule(path);
        return Scan(module, list);
    }

    public static IReadOnlyList<Offence> Scan(ModuleDefinition module, BanList list) =>
        [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody).SelectMany(method => Scan(method, list))];

    private static List<Offence> Scan(MethodDefinition method, BanList list)
    {
        var found = new List<Offence>();
        var free = FreeResults(method);
        foreach (var instruction in method.Body.Instructions)
        {
            if (instruction.Operand is not MemberReference member || Banned(member, list) is not { } ban)
            {
                continue;
            }

            if (member.Name == "GetResult" && instruction.OpCode == OpCodes.Call && free.TryGetValue(member.DeclaringType.FullName, out var count) && count > 0)
            {
                free[member.DeclaringType.FullName] = count - 1;
                continue;
            }

            var (type, name) = InSource(method);
            found.Add(new Offence(method.Module.Assembly.Name.Name, type, name, method.FullName, ban));
        }

        return found;
    }

    private static Ban? Banned(MemberReference member, BanList list)
    {
        if (member is not (MethodReference or FieldReference))
        {
            return null;
        }

        for (var type = member.DeclaringType?.GetElementType(); type is not null; type = type.DeclaringType)
        {
            if (list.Find(DocumentationId.OfType(type)) is { } ban)
            {
                return ban;
            }
        }

        return member is MethodReference method
            ? list.Find(DocumentationId.OfMethod(method)) ?? (DocumentationId.OfAccessedProperty(method) is { } property ? list.Find(property) : null)
            : null;
    }

    /// <summary>How many GetResult of each awaiter type the compiler has written into this method.</summary>
    private static Dictionary<string, int> FreeResults(MethodDefinition method)
    {
        if (IsEntryPointOfAsyncMain(method))
        {
            return Calls(method).Where(call => call.Name == "GetResult").Take(1).ToDictionary(call => call.DeclaringType.FullName, _ => 1);
        }

        return IsMoveNextOfAsyncMethod(method)
            ? Calls(method).OfType<GenericInstanceMethod>().Where(IsSuspension)
                .GroupBy(call => call.GenericArguments[0].FullName)
                .ToDictionary(suspensions => suspensions.Key, suspensions => suspensions.Count())
            : [];
    }

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();

    private static bool IsSuspension(GenericInstanceMethod call) =>
        call is { Name: "AwaitOnCompleted" or "AwaitUnsafeOnCompleted", GenericArguments.Count: 2, DeclaringType.Namespace: "System.Runtime.CompilerServices" };

    // No one can write such a type by hand: the language has no names that begin with '<'. The attribute stands on the outermost generated type only.
    private static bool IsMoveNextOfAsyncMethod(MethodDefinition method) =>
        method.Name == "MoveNext"
        && method.DeclaringType.Name.StartsWith('<')
        && method.DeclaringType.Interfaces.Any(i => i.InterfaceType.FullName == "System.Runtime.CompilerServices.IAsyncStateMachine")
        && IsGenerated(method.DeclaringType);

    private static bool IsGenerated(TypeDefinition type) =>
        type.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.CompilerGeneratedAttribute")
        || (type.DeclaringType is { } outer && outer.Name.StartsWith('<') && IsGenerated(outer));

    private static bool IsEntryPointOfAsyncMain(MethodDefinition method) => method.Name == "<Main>" && method.Module.EntryPoint == method;

    /// <summary>Leads from what the compiler generated (<c>&lt;&gt;c.&lt;Find&gt;b__0_0</c>, <c>&lt;Find&gt;d__3.MoveNext</c>) back to the method in the source.</summary>
    private static (string Type, string Method) InSource(MethodDefinition method)
    {
        var (type, name) = (method.DeclaringType, Origin(method.Name));
        while (type.DeclaringType is not null && type.Name.StartsWith('<'))
        {
            name = Origin(type.Name) is { Length: > 0 } origin ? origin : name;
            type = type.DeclaringType;
        }

        return (type.FullName.Replace('/', '.'), name);
    }

    private static string Origin(string name)
    {
        var inner = name.TrimStart('<');
        return inner.Length == name.Length ? name : inner.Split('>')[0] is { Length: > 0 } origin ? origin : "";
    }
}
