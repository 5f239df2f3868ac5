namespace Actors.Client;

/// <summary>
/// What a handle will know: costs one word until somebody asks for it, since of a million handles most are never asked. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The word is null, then a <see cref="Reply{T}"/> once somebody waits, or the value, or the exception. It goes from null to either, and a reply stays.
/// </remarks>
internal struct Answer<T>
    where T : class
{
    private object? _word;

    /// <summary>The answer as a task, always the same one.</summary>
    public Task<T> Task
    {
        get
        {
            var word = Volatile.Read(ref _word);
            if (word is Reply<T> waiting)
            {
                return waiting.Task;
            }

            var reply = new Reply<T>();
            var seen = Interlocked.CompareExchange(ref _word, reply, word);
            if (seen != word)
            {
                return Task; // somebody asked, or the answer came, in this moment
            }

            Settle(reply, word);
            return reply.Task;
        }
    }

    public void Set(T value) => Put(value);

    public void Fail(Exception exception) => Put(exception);

    private void Put(object answer)
    {
        if (Interlocked.CompareExchange(ref _word, answer, null) is Reply<T> waiting)
        {
            Settle(waiting, answer);
        }
    }

    private static void Settle(Reply<T> reply, object? answer)
    {
        switch (answer)
        {
            case T value:
                reply.Set(value);
                break;
            case Exception exception:
                reply.Fail(exception);
                break;
        }
    }
}
