namespace Actors.Simulation.Worlds;

internal enum MoveKind
{
    /// <summary>What is done, and at the same time what was not started is given back: it was asked for.</summary>
    Answer,
    SpawnNow,

    /// <summary>One run has ended as it should. Where that is not the one the worker was at, two reports have overtaken each other.</summary>
    End,

    /// <summary>All that a worker has, in one report.</summary>
    EndAll,
    EndInterrupted,

    /// <summary>A worker that left something behind says that it is idle.</summary>
    Renew,

    /// <summary>Another worker starts in the place of one that was lost.</summary>
    Replace,

    /// <summary>Time passes, to when the ledger asks to be woken.</summary>
    PassTime,
    Fail,
    FailForGood,
    Lose,
    LoseBeforeTaken,
    Cancel,
    CancelTree,
    Close,
    Stop,

    /// <summary>A run that is over reports a second time, or after all.</summary>
    SpeakLate,

    /// <summary>A run that is over spawns something after all.</summary>
    SpawnLate,
}

/// <summary>One thing that may happen next.</summary>
/// <param name="Kind">What.</param>
/// <param name="Hand">Whose.</param>
/// <param name="Which">Of a worker the place of its run, of anything else the number of the task.</param>
/// <param name="IsFault">Whether it counts as a fault.</param>
internal readonly record struct Move(MoveKind Kind, int Hand, int Which, bool IsFault);
