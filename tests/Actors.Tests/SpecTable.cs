using System.Reflection;

namespace Actors.Tests;

/// <summary>Which spec holds a line of a list. Names are checked: by the compiler through nameof, and here that they are specs.</summary>
public sealed class SpecTable : TheoryData<string, Type, string>
{
    public static void AssertIsSpec(Type spec, string method)
    {
        var found = spec.GetMethod(method, BindingFlags.Public | BindingFlags.Instance);
        Assert.NotNull(found);
        Assert.True(found.GetCustomAttribute<FactAttribute>() is { Skip: null }, $"{spec.Name}.{method} is no spec that runs.");
    }
}
