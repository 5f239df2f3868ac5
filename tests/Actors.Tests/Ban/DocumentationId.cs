using System.Globalization;
using System.Text;
using Mono.Cecil;

namespace Actors.Tests.Ban;

/// <summary>
/// The documentation id of what an instruction refers to, as ECMA-334 annex D.4.2 writes it. It is read off the reference alone:
/// the assembly that is referred to need not be there, and a call on <c>Task&lt;int&gt;</c> has the id of <c>Task&lt;TResult&gt;</c>.
/// </summary>
internal static class DocumentationId
{
    public static string OfType(TypeReference type) => "T:" + Name(type.GetElementType());

    public static string OfMethod(MethodReference method)
    {
        var element = method.GetElementMethod();
        var id = new StringBuilder("M:").Append(Name(element.DeclaringType.GetElementType())).Append('.').Append(element.Name.Replace('.', '#'));
        if (element.GenericParameters.Count > 0)
        {
            id.Append(CultureInfo.InvariantCulture, $"``{element.GenericParameters.Count}");
        }

        if (element.Parameters.Count > 0)
        {
            id.Append('(').AppendJoin(',', element.Parameters.Select(parameter => Parameter(parameter.ParameterType))).Append(')');
        }

        if (element.Name is "op_Implicit" or "op_Explicit")
        {
            id.Append('~').Append(Parameter(element.ReturnType));
        }

        return id.ToString();
    }

    /// <summary>The id of the property that an accessor belongs to by its name, or null for any other method.</summary>
    public static string? OfAccessedProperty(MethodReference method)
    {
        if (!method.Name.StartsWith("get_", StringComparison.Ordinal) && !method.Name.StartsWith("set_", StringComparison.Ordinal))
        {
            return null;
        }

        var indexes = method.GetElementMethod().Parameters.SkipLast(method.Name[0] == 's' ? 1 : 0).Select(parameter => Parameter(parameter.ParameterType)).ToArray();
        return $"P:{Name(method.DeclaringType.GetElementType())}.{method.Name[4..]}{(indexes.Length == 0 ? "" : $"({string.Join(',', indexes)})")}";
    }

    /// <summary>A type as it stands in an id: dots between nested types, the arity after a backtick.</summary>
    private static string Name(TypeReference type) =>
        type.DeclaringType is { } outer ? $"{Name(outer)}.{type.Name}" : type.Namespace.Length == 0 ? type.Name : $"{type.Namespace}.{type.Name}";

    private static string Parameter(TypeReference type) => type switch
    {
        GenericParameter { Type: GenericParameterType.Method } parameter => $"``{parameter.Position}",
        GenericParameter parameter => $"`{parameter.Position}",
        GenericInstanceType instance => Instance(instance),
        ByReferenceType reference => Parameter(reference.ElementType) + "@",
        PointerType pointer => Parameter(pointer.ElementType) + "*",
        ArrayType { IsVector: true } array => Parameter(array.ElementType) + "[]",
        ArrayType array => $"{Parameter(array.ElementType)}[{string.Join(',', array.Dimensions.Select(_ => "0:"))}]",
        TypeSpecification modified => Parameter(modified.ElementType),
        _ => Name(type),
    };

    /// <summary>The arguments stand at the type that declares them, in place of its arity: <c>Outer{A}.Inner{B}</c>.</summary>
    private static string Instance(GenericInstanceType instance)
    {
        var taken = 0;
        return Named(instance.ElementType);

        string Named(TypeReference type)
        {
            var prefix = type.DeclaringType is { } outer ? Named(outer) + "." : type.Namespace.Length == 0 ? "" : type.Namespace + ".";
            var name = type.Name.Split('`');
            if (name.Length == 1)
            {
                return prefix + name[0];
            }

            var arity = int.Parse(name[1], CultureInfo.InvariantCulture);
            var arguments = instance.GenericArguments.Skip(taken).Take(arity).Select(Parameter);
            taken += arity;
            return $"{prefix}{name[0]}{{{string.Join(',', arguments)}}}";
        }
    }
}
