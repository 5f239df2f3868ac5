namespace Actors.Registration;

/// <summary>A limit, a rate or an order, as a type declares it.</summary>
internal sealed record GateDeclaration(string Name, Type Message, Func<ITaskMessage, string?> Key)
{
    /// <summary>Of a limit; null for the others.</summary>
    public int? Permits { get; init; }

    /// <summary>Of a rate; null for the others.</summary>
    public TaskRate? Rate { get; init; }

    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty, or <paramref name="key"/> is null.</exception>
    public static GateDeclaration Of<TTask>(string name, Func<TTask, string?> key)
        where TTask : class, ITaskMessage
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(key);
        return new GateDeclaration(name, typeof(TTask), message => key((TTask)message));
    }
}
