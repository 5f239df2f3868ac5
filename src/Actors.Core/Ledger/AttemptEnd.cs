namespace Actors.Ledger;

/// <summary>How one run ended, as the worker reports it.</summary>
internal enum EndKind : byte
{
    /// <summary>With a result; its follow-ups, if any, are real from now on. The first, so that the default ending of a handler is a success.</summary>
    Succeeded,

    /// <summary>Never run: given back, or recalled before it started.</summary>
    GivenBack,

    /// <summary>With a join; its follow-ups are real from now on.</summary>
    Joined,

    /// <summary>A step of a fold: <see cref="AttemptEnd.Payload"/> is the new state.</summary>
    Folded,

    /// <summary>It threw or asked for a retry: the retry policy decides.</summary>
    Failed,

    /// <summary>It failed for good by its own choice.</summary>
    FailedForGood,

    /// <summary>It put itself off: costs no attempt.</summary>
    PutOff,

    /// <summary>It ended because its own token told it to.</summary>
    Interrupted,
}

/// <summary>One entry of a report.</summary>
internal struct AttemptEnd
{
    public TaskRecord Task;
    public int Run;
    public EndKind Kind;

    /// <summary><see cref="Outcome"/> where it succeeded, <see cref="Failure"/> where it failed, the new state of a fold.</summary>
    public object? Payload;

    public AttemptDetail? Detail;

    /// <summary>How long the handler took; <see cref="NotMeasured"/> where that is not known.</summary>
    public TimeSpan Elapsed;

    /// <summary>Less than no time.</summary>
    public static readonly TimeSpan NotMeasured = new(-1);
}

/// <summary>Ends that are to be reported, in order. Grows.</summary>
internal sealed class AttemptEnds(int capacity)
{
    private AttemptEnd[] _ends = new AttemptEnd[capacity];

    public int Count { get; private set; }

    /// <summary>All of them, and room behind: for the last report, which may have the array itself.</summary>
    public AttemptEnd[] Items => _ends;

    public ref AttemptEnd this[int index] => ref _ends[index];

    /// <summary>Room for one more.</summary>
    public ref AttemptEnd Add()
    {
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(4, Count * 2));
        }

        return ref _ends[Count++];
    }
}

/// <summary>The parts of an end that most ends do not have.</summary>
internal class AttemptDetail
{
    public List<TaskRecord>? Spawned { get; set; }

    /// <summary>The join that it has made last, which an attempt that ended with a join waits for; of no meaning where it ended otherwise.</summary>
    public JoinRecord? Join { get; set; }

    /// <summary>The policy that holds after this failure, where it is not the task's own.</summary>
    public RetryPolicy? Retry { get; set; }

    /// <summary>How long the task wants to rest; null leaves it to the policy.</summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>What its worker has run of what it led to; null where nothing, or where its worker did not run ahead.</summary>
    public AheadCounts? Ahead { get; set; }
}
