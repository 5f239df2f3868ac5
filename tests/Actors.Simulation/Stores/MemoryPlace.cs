using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>
/// Where a store in memory is: what is committed here outlives its owner, as a file does. Made to go wrong: it can refuse, answer after it has written or
/// not, keep whoever asks waiting, and lose its owner as in a crash.
/// </summary>
/// <remarks>Safe for concurrent use. One change at a time, each a state that replaces the one before.</remarks>
internal sealed class MemoryPlace
{
    private readonly Lock _lock = new();
    private object? _holder;

    /// <summary>What stands there; null before it was first opened.</summary>
    public MemoryState? State { get; private set; }

    /// <summary>
    /// Asked before each call, on the caller's thread: what goes wrong with it. Whoever wants the store to be slow waits in here; whoever wants the process to die
    /// at this moment throws.
    /// </summary>
    public Func<StoreCall, StoreFault> Faults { get; set; } = static _ => StoreFault.None;

    /// <summary>By how many live trees it counts wrong when it is opened: a store that was damaged.</summary>
    public int Miscount { get; set; }

    /// <summary>Whether somebody has it.</summary>
    public bool IsInUse
    {
        get
        {
            lock (_lock)
            {
                return _holder is not null;
            }
        }
    }

    /// <summary>A way to it; opens nothing.</summary>
    public MemoryTaskStore NewStore() => new(this);

    /// <summary>Its owner is gone, without a word: what it had not committed is lost.</summary>
    public void Crash()
    {
        lock (_lock)
        {
            _holder = null;
        }
    }

    /// <summary>Makes somebody its owner.</summary>
    /// <returns>Whether nobody has it, or it is taken over.</returns>
    public bool TryHold(object holder, bool takeOver)
    {
        lock (_lock)
        {
            if (_holder is not null && _holder != holder && !takeOver)
            {
                return false;
            }

            _holder = holder;
            return true;
        }
    }

    /// <summary>An owner leaves.</summary>
    public void Leave(object holder)
    {
        lock (_lock)
        {
            _holder = _holder == holder ? null : _holder;
        }
    }

    /// <summary>One transaction: all of the change, or, where it throws, nothing.</summary>
    public T Change<T>(StoreCall call, Func<MemoryState, (MemoryState Next, T Answer)> change)
    {
        var fault = Fault(call);
        lock (_lock)
        {
            var (next, answer) = change(State ?? new MemoryState());
            State = next;
            return fault == StoreFault.NoAnswer ? throw new IOException($"The answer to {call} was lost, and it was carried out.") : answer;
        }
    }

    /// <summary>What stands there at this moment.</summary>
    public MemoryState Read(StoreCall call)
    {
        Fault(call);
        lock (_lock)
        {
            return State ?? throw new StoreException("There is no store in this place. It is made when it is first opened.");
        }
    }

    private StoreFault Fault(StoreCall call)
    {
        var fault = Faults(call);
        return fault == StoreFault.Refused ? throw new IOException($"{call} was refused, and nothing was carried out.") : fault;
    }
}

/// <summary>What a store is asked.</summary>
internal enum StoreCall
{
    Open,
    Commit,
    Reconnect,
    ReadLiveTrees,
    ReadWindow,
    ReadAll,
    Find,
    ReadInbox,
    Prune,
    Administer,
}

/// <summary>What goes wrong with a call.</summary>
internal enum StoreFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It throws and has done nothing.</summary>
    Refused,

    /// <summary>It is carried out, and throws all the same: whoever asked does not know.</summary>
    NoAnswer,
}
