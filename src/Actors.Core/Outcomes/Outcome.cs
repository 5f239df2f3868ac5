namespace Actors;

/// <summary>How a task ended: succeeded with a result, failed with a failure, or cancelled. Immutable.</summary>
public abstract class Outcome
{
    /// <summary>How it ended, in one field, so that an outcome is as small as can be: the failure; a mark for cancelled; of a success nothing, or its result as it is written into a store.</summary>
    private object? _facts;

    private static readonly object CancelledFacts = new();

    private protected Outcome(TaskState state, Failure? failure) => _facts = state == TaskState.Cancelled ? CancelledFacts : failure;

    /// <summary>The result as it is written into a store, where it has been; null otherwise.</summary>
    internal byte[]? Json
    {
        get => _facts as byte[];
        set => _facts = IsSucceeded ? value : _facts;
    }

    /// <summary><see cref="TaskState.Succeeded"/>, <see cref="TaskState.Failed"/> or <see cref="TaskState.Cancelled"/>.</summary>
    public TaskState State => _facts switch
    {
        null or byte[] => TaskState.Succeeded,
        Actors.Failure => TaskState.Failed,
        _ => TaskState.Cancelled,
    };

    /// <summary>Why it failed; null unless <see cref="IsFailed"/>.</summary>
    public Failure? Failure => _facts as Failure;

    /// <summary>Whether it has a result.</summary>
    public bool IsSucceeded => _facts is null || State == TaskState.Succeeded;

    /// <summary>Whether it has a failure.</summary>
    public bool IsFailed => State == TaskState.Failed;

    /// <summary>Whether it was cancelled.</summary>
    public bool IsCancelled => State == TaskState.Cancelled;

    /// <summary>The result as an object; null unless it succeeded.</summary>
    public abstract object? UntypedValue { get; }

    /// <summary>The state, with the result or the failure.</summary>
    public override string ToString() => State switch
    {
        TaskState.Succeeded => $"Succeeded({UntypedValue})",
        TaskState.Failed => $"Failed({Failure!.Type}: {Failure.Message})",
        _ => State.ToString(),
    };
}

/// <summary>How a task that yields a <typeparamref name="TResult"/> ended. Immutable.</summary>
/// <typeparam name="TResult">What the task yields.</typeparam>
public sealed class Outcome<TResult> : Outcome
{
    private readonly TResult? _value;

    private Outcome(TaskState state, TResult? value, Failure? failure)
        : base(state, failure) => _value = value;

    /// <summary>The result.</summary>
    /// <exception cref="InvalidOperationException">The task did not succeed; the message tells why.</exception>
    public TResult Value => IsSucceeded
        ? _value!
        : throw new InvalidOperationException(
            IsFailed
                ? $"The task has no result, because it failed with {Failure!.Type}: {Failure.Message}. Look at IsSucceeded or Failure first."
                : "The task has no result, because it was cancelled. Look at IsSucceeded first.");

    /// <inheritdoc/>
    public override object? UntypedValue => _value;

    internal static Outcome<TResult> Cancelled { get; } = new(TaskState.Cancelled, default, null);

    /// <summary>The result, or <paramref name="otherwise"/> where there is none.</summary>
    public TResult ValueOr(TResult otherwise) => IsSucceeded ? _value! : otherwise;

    internal static Outcome<TResult> Succeeded(TResult value) => new(TaskState.Succeeded, value, null);

    internal static Outcome<TResult> Failed(Failure failure) => new(TaskState.Failed, default, failure);
}
