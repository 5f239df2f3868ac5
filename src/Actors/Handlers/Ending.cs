using Actors.Ledger;

namespace Actors;

/// <summary>
/// How an attempt ends where no result is given: retry, put off, fail. Made by <see cref="TaskContext"/>; converts to the
/// <see cref="Ending{TResult}"/> of any task.
/// </summary>
public readonly struct Ending
{
    internal Ending(EndKind kind, object? payload, AttemptDetail? detail)
    {
        Kind = kind;
        Payload = payload;
        Detail = detail;
    }

    internal EndKind Kind { get; }

    internal object? Payload { get; }

    internal AttemptDetail? Detail { get; }
}

/// <summary>
/// How an attempt of a task that yields a <typeparamref name="TResult"/> ends: with a result, which converts to it, with a join,
/// or with one of the endings of <see cref="TaskContext"/>.
/// </summary>
/// <typeparam name="TResult">What the task yields.</typeparam>
public readonly struct Ending<TResult>
{
    private readonly EndKind _kind;
    private readonly TResult? _value;
    private readonly object? _payload;
    private readonly AttemptDetail? _detail;

    internal Ending(TResult value)
    {
        _kind = EndKind.Succeeded;
        _value = value;
    }

    internal Ending(EndKind kind, object? payload, AttemptDetail? detail)
    {
        _kind = kind;
        _payload = payload;
        _detail = detail;
    }

#pragma warning disable CA2225 // the alternates are TaskContext.Done, Retry, PutOff and Fail
    /// <summary>The attempt succeeds with <paramref name="value"/>.</summary>
    public static implicit operator Ending<TResult>(TResult value) => new(value);

    /// <summary>The attempt ends without a result.</summary>
    public static implicit operator Ending<TResult>(Ending ending) => new(ending.Kind, ending.Payload, ending.Detail);
#pragma warning restore CA2225

    internal Ending Seal() => _kind == EndKind.Succeeded
        ? new Ending(EndKind.Succeeded, Outcome<TResult>.Succeeded(_value!), _detail)
        : new Ending(_kind, _payload, _detail);
}
