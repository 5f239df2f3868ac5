using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Actors.TestKit.Weaving;

/// <summary>What is woven together: methods that may call each other, as static ones of one type, which may use whatever the handler may.</summary>
internal sealed class WovenAssembly
{
    private static readonly ConstructorInfo Ignores = typeof(IgnoresAccessChecksToAttribute).GetConstructors()[0];
    private static int _number;

    private readonly AssemblyBuilder _assembly;
    private readonly TypeBuilder _type;
    private readonly HashSet<string> _used = [typeof(WovenAssembly).Assembly.GetName().Name!];
    private int _methods;

    public WovenAssembly()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"Actors.Woven{Interlocked.Increment(ref _number)}");
        _assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.Run);
        _type = _assembly.DefineDynamicModule(name).DefineType("Woven", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
    }

    /// <summary>A method to be written.</summary>
    public MethodBuilder Define(string name, Type result, Type[] parameters) => _type.DefineMethod(
        string.Create(CultureInfo.InvariantCulture, $"{name} {++_methods}"), MethodAttributes.Public | MethodAttributes.Static, result, parameters);

    /// <summary>A member of that assembly is used, public or not.</summary>
    public void Uses(Assembly? assembly)
    {
        if (assembly?.GetName().Name is { } name)
        {
            _used.Add(name);
        }
    }

    /// <summary>All is written.</summary>
    /// <returns>Finds a method by its name.</returns>
    public Func<string, MethodInfo> Finish()
    {
        foreach (var name in _used)
        {
            _assembly.SetCustomAttribute(new CustomAttributeBuilder(Ignores, [name]));
        }

        var made = _type.CreateType();
        return name => made.GetMethod(name)!;
    }
}
