namespace System.Runtime.CompilerServices;

/// <summary>The runtime knows it by its name: an assembly that has it may use what is not public in the one that it names.</summary>
/// <param name="assemblyName">The other assembly's name.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    /// <summary>The other assembly's name.</summary>
    public string AssemblyName { get; } = assemblyName;
}
