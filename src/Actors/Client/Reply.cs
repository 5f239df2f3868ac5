namespace Actors.Client;

/// <summary>An answer that the coordinator owes somebody outside. Set at most once; continuations run elsewhere, never in the coordinator.</summary>
internal sealed class Reply<T>
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _source.Task;

    /// <summary>Whether it is given, or nobody waits for it any more.</summary>
    public bool IsSettled => _source.Task.IsCompleted;

    /// <summary>Nobody waits for it any more.</summary>
    public void Abandon() => _source.TrySetCanceled();
    /// <summary>The answer, or the news that nobody is left to give it.</summary>
    /// <param name="terminated">Ends with the actor system.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    public async Task<T> OrStoppedAsync(Task terminated, CancellationToken cancellationToken)
    {
        if (await System.Threading.Tasks.Task.WhenAny(Task, terminated).WaitAsync(cancellationToken).ConfigureAwait(false) != Task)
        {
            Fail(new EngineStoppedException("The engine has stopped."));
        }

        return await Task.ConfigureAwait(false);
    }

    public void Set(T value) => _source.TrySetResult(value);

    public void Fail(Exception exception) => _source.TrySetException(exception);
}
