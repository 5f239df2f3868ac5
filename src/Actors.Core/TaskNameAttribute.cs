namespace Actors;

/// <summary>The name under which tasks of a type stand in a store, in configuration, logs and progress: it stays when the class is renamed or moved.</summary>
/// <remarks>
/// Without it a type is called by its class, without the namespace. Whoever renames a class that has tasks in a store gives it its old name here, or among
/// <see cref="FormerNames"/>.
/// </remarks>
/// <param name="name">The name. Not empty; unique in the engine.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaskNameAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Names that it had before: what stands in a store under one of them is read as this type.</summary>
    public string[] FormerNames { get; init; } = [];
}
