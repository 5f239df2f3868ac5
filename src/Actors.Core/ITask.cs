namespace Actors;

#pragma warning disable CA1040 // marker interfaces: the compiler's knowledge of a task's result is their whole purpose

/// <summary>What every message to the engine is: an immutable record that asks for work. Implement one of its heirs.</summary>
public interface ITaskMessage;

/// <summary>A task that yields a <typeparamref name="TResult"/>. Make it an immutable record class.</summary>
/// <typeparam name="TResult">What its handler, or the join that the handler ends with, yields.</typeparam>
public interface ITask<out TResult> : ITaskMessage;

/// <summary>A task that yields nothing: a task of <see cref="Unit"/>.</summary>
public interface ITask : ITask<Unit>;

#pragma warning restore CA1040

/// <summary>The result of a task that yields nothing.</summary>
public readonly record struct Unit
{
    /// <summary>The only value.</summary>
    public static Unit Value => default;

    /// <inheritdoc/>
    public override string ToString() => "()";
}
