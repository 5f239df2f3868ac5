namespace Actors.Client;

/// <summary>An answer that the coordinator owes somebody outside. Set at most once; continuations run elsewhere, never in the coordinator.</summary>
internal sealed class Reply<T>
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _source.Task;

    public void Set(T value) => _source.TrySetResult(value);

    public void Fail(Exception exception) => _source.TrySetException(exception);
}
