using System.Globalization;

namespace Actors;

/// <summary>One thing that keeps a task from running. Its text is for people. Immutable.</summary>
public abstract record WaitReason
{
    private protected WaitReason()
    {
    }

    /// <summary>A count with separators, a time in units that people use.</summary>
    private protected static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>As <c>4 m 12 s</c>: the two largest units.</summary>
    private protected static string Text(TimeSpan time) => time switch
    {
        { Ticks: < 0 } => "no time",
        { TotalSeconds: < 1 } => Text($"{time.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 10 } => Text($"{time.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => Text($"{time.TotalSeconds:0} s"),
        { TotalHours: < 1 } => Text($"{time.Minutes} m {time.Seconds} s"),
        { TotalDays: < 1 } => Text($"{time.Hours} h {time.Minutes} m"),
        _ => Text($"{time.Days} d {time.Hours} h"),
    };

    /// <summary>It is scheduled, and not due.</summary>
    /// <param name="DueAt">When it is.</param>
    /// <param name="In">How long until then.</param>
    public sealed record NotDue(DateTimeOffset DueAt, TimeSpan In) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"due in {Text(In)}";
    }

    /// <summary>It has ended with a join, and has that join's outcome.</summary>
    /// <param name="Join">The join, whose own reasons follow.</param>
    public sealed record JoinNotEnded(WaitedTask Join) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"has run, and gets the outcome of its join {Join}";
    }

    /// <summary>It is a join, and has not got what it joins.</summary>
    /// <param name="Missing">How many outcomes are missing.</param>
    /// <param name="Of">How many tasks it joins.</param>
    /// <param name="First">The first few of those that are missing.</param>
    public sealed record JoinOpen(int Missing, int Of, IReadOnlyList<WaitedTask> First) : WaitReason
    {
        /// <summary>How many missing tasks are named at most.</summary>
        public const int FirstMax = 5;

        /// <inheritdoc/>
        public override string ToString() => Text($"{Missing:N0} of the {Of:N0} that it joins are missing: {string.Join(", ", First)}{(Missing > First.Count ? ", ..." : "")}");
    }

    /// <summary>It is a completion task, and others of its tree are live.</summary>
    /// <param name="Live">How many.</param>
    public sealed record TreeNotDone(long Live) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"runs when the {Live:N0} other live task(s) of its tree have ended");
    }

    /// <summary>Somebody has paused it, or what it belongs to.</summary>
    /// <param name="What">As <c>pool io</c>, <c>type Charge</c>, <c>its tree</c>.</param>
    /// <param name="Pause">Who and since when.</param>
    public sealed record Paused(string What, Pause Pause) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"{What} is {Pause}";
    }

    /// <summary>A limit or a rate that it needs is used up.</summary>
    /// <param name="Gate">Which, as <c>limit host, key example.org</c>.</param>
    /// <param name="Holders">Of a limit, who holds its permits now.</param>
    /// <param name="In">Of a rate, how long until the next token comes; others may be before it.</param>
    public sealed record AtGate(string Gate, IReadOnlyList<WaitedTask> Holders, TimeSpan? In) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => In is { } time ? $"{Gate}: next token in {Text(time)}"
            : Holders.Count == 0 ? $"{Gate}: others are before it"
            : $"{Gate}: held by {string.Join(", ", Holders)}";
    }

    /// <summary>Tasks of its key run one after the other, and another is before it.</summary>
    /// <param name="Order">The order's name.</param>
    /// <param name="Key">The key.</param>
    /// <param name="Before">How many are before it.</param>
    /// <param name="First">Whose turn it is; null while live tasks are being read from a store.</param>
    public sealed record NotItsTurn(string Order, string Key, int Before, WaitedTask? First) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"in order {Order}, key {Key}, {Before:N0} task(s) are before it{(First is null ? "" : $", the first of them {First}")}");
    }

    /// <summary>It has attached to the task that has its unique key, and ends as that does.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Other">That task.</param>
    public sealed record Attached(string Key, WaitedTask Other) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"does not run itself: it ends as {Other} does, which has the unique key '{Key}'";
    }

    /// <summary>Its pool has no worker.</summary>
    /// <param name="Pool">The pool.</param>
    public sealed record NoWorker(string Pool) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"pool {Pool} has no worker";
    }

    /// <summary>All workers of its pool have work.</summary>
    /// <param name="Pool">The pool.</param>
    /// <param name="Workers">How many it has.</param>
    /// <param name="Before">
    /// How many tasks are before it: what is more urgent; of its own priority, what its tree has above it and what other trees have when they take turns with one task
    /// each. What comes meanwhile may pass it, and what is less urgent has a turn now and then.
    /// </param>
    /// <param name="IsAtLeast">Whether there are more than that: counting ends at 100,000.</param>
    public sealed record WorkersBusy(string Pool, int Workers, long Before, bool IsAtLeast) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => Text(
            $"{(Workers == 1 ? "the one worker" : $"all {Workers:N0} workers")} of pool {Pool} {(Workers == 1 ? "is" : "are")} busy, {(IsAtLeast ? "more than " : "")}{Before:N0} task(s) before it");
    }

    /// <summary>It is given to a worker in this moment.</summary>
    public sealed record Next : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => "is next: a worker is free";
    }

    /// <summary>A worker or the process died while it ran: such tasks run one at a time.</summary>
    /// <param name="Losses">How often.</param>
    /// <param name="Behind">The one that runs; null where none does.</param>
    public sealed record SetApart(int Losses, WaitedTask? Behind) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"the process or its worker died {Losses} time(s) while it ran, so it runs apart{(Behind is null ? "" : $", behind {Behind}")}";
    }

    /// <summary>This program has no handler for its type.</summary>
    public sealed record NoHandler : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => "this program has no handler for its type: it is kept for one that has";
    }

    /// <summary>The engine stops.</summary>
    /// <param name="How">As <c>FinishRunning</c>.</param>
    public sealed record Draining(string How) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"the engine drains ({How}) and starts nothing";
    }

    /// <summary>The store does not answer, and nothing starts that does not stand there.</summary>
    /// <param name="Store">Which.</param>
    /// <param name="For">For how long.</param>
    public sealed record StoreAway(string Store, TimeSpan For) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"the store {Store} has not answered for {Text(For)}";
    }

    /// <summary>Live trees are being read back from the store, and it, or others of its tree, may be among what is not back.</summary>
    /// <param name="Store">Which.</param>
    public sealed record NotBackYet(string Store) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => $"live tasks are being read from the store {Store}, and not all of its tree is back yet";
    }

    /// <summary>It waits in the store alone, and is loaded when it is nearly its turn: <c>actors.store.loaded-max</c>.</summary>
    /// <param name="Store">Which.</param>
    /// <param name="Count">How many of its type and priority wait there. Those that came before are loaded before.</param>
    public sealed record InStore(string Store, long Count) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"waits in the store {Store}, one of {Count:N0} of its type and priority: what came before is loaded and starts first");
    }

    /// <summary>It runs.</summary>
    /// <param name="Worker">The number of its worker.</param>
    /// <param name="Pool">The pool.</param>
    /// <param name="Attempt">1-based.</param>
    /// <param name="For">How long its worker has had it; null where it is on its way, behind its commit.</param>
    /// <param name="Chunk">How many tasks the worker got with it, one after the other.</param>
    /// <param name="IsToldToEnd">Whether its token is cancelled.</param>
    public sealed record Runs(int Worker, string Pool, int Attempt, TimeSpan? For, int Chunk, bool IsToldToEnd) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"{(For is { } time ? $"with worker {Worker} of pool {Pool} for {Text(time)}" : $"on its way to worker {Worker} of pool {Pool}")}, attempt {Attempt}"
            + $"{(Chunk > 1 ? $", in a chunk of {Chunk}" : "")}{(IsToldToEnd ? ", told to end" : "")}";
    }

    /// <summary>It has ended.</summary>
    /// <param name="State">How.</param>
    /// <param name="Failure">Why it failed; null where it did not.</param>
    /// <param name="At">When; null where that is not known.</param>
    public sealed record HasEnded(TaskState State, Failure? Failure, DateTimeOffset? At) : WaitReason
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"has ended{(At is { } at ? $" at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")}: {Ended}");

        private string Ended => Failure switch
        {
            { Kind: FailureKind.Quarantined } => $"quarantined. {Failure.Message}",
            { } failure => $"{State} ({failure.Type}: {failure.Message})",
            null => State.ToString(),
        };
    }
}
