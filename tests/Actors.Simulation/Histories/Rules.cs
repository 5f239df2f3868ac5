using System.Runtime.CompilerServices;

namespace Actors.Simulation.Histories;

/// <summary>The rules that every history keeps, each a sentence.</summary>
internal static class Rules
{
    public const string OneOutcome = "A task reaches exactly one terminal state, once";
    public const string OutcomeHasCause = "A task ends only by the end of its run, by its join, or by a cancel";
    public const string OutcomeIsTrue = "A task's outcome is the one that its run, its join or a cancel gave it";
    public const string EndTakesEffect = "What has ended is terminal in the same step";
    public const string StaleIsIgnored = "What a run says that is not the one that runs, changes nothing";
    public const string OnlySuccessSpawns = "An attempt that does not succeed has spawned nothing";
    public const string SuccessSpawns = "The follow-ups of a success are real in the same step";
    public const string OneChildOfAnId = "Running the parent again finds the same children and makes no second ones";
    public const string IdOfAPlace = "A follow-up's id is that of its parent and its place";
    public const string JoinWaits = "A join fires only when its policy is decided";
    public const string JoinFires = "A join fires as soon as its policy is decided, and once";
    public const string JoinSeesOutcomes = "A join sees the outcome of each of its children in its place";
    public const string FoldSeesOutcomes = "A fold takes each outcome in once and goes on from its last step that succeeded";
    public const string NotBeforeDue = "Nothing is ready before it is due";
    public const string DueIsReady = "What is due is ready";
    public const string LostIsReady = "What a worker had and did not end is ready again";
    public const string InItsState = "A task is in the state that follows from what happened";
    public const string RootTold = "The end of a root is told once, with its outcome, when it ends";
    public const string TreeTold = "A tree ends exactly once, with its last task and not before";
    public const string Completion = "A completion task is real when all others of its tree are terminal";
    public const string TreeOutcome = "The outcome of a tree tells what became of its tasks";
    public const string RunsWhenReady = "Only what is ready starts, on one worker at a time";
    public const string NoStartAfterCancel = "Nothing of a cancelled tree starts, its completion task aside";
    public const string OwnPool = "A task runs on an idle worker of its pool";
    public const string Attempts = "Attempts are counted from one, only failures count, and there are never more than may be";
    public const string Runs = "Every run has a number of its own";
    public const string ChunkSize = "A chunk is no larger than allowed, and a suspect travels alone";
    public const string OneSuspect = "One suspect of the death of a process runs at a time, until it has run for a while";
    public const string NobodyIdles = "No worker is idle while a task of its pool is ready";
    public const string PausedStartsNothing = "Nothing that is paused starts";
    public const string PriorityOrder = "The highest priority starts first, and none is passed over for ever";
    public const string LimitKept = "No more run under a limit than it has permits";
    public const string RateKept = "In any time no more start at a rate than the bucket holds and the periods bring, the one that has begun among them";
    public const string OrderKept = "What keeps an order does not start before those before it have ended";
    public const string OneOfAKey = "Of unique tasks of one key one runs, and the others end as they say";
    public const string BudgetKept = "A tree uses up no more than its budget, and nothing fails of it before";
    public const string DeadlineTold = "At its deadline what is live of a tree has failed, once";
    public const string ClosedStartsNothing = "Nothing starts once the ledger is closed";
    public const string ToldToEnd = "A run is told to end when it is cancelled, timed out or stopped, and then alone";
    public const string LeftBehind = "A run that was told to end is left behind after the grace time and not before";
    public const string Recalled = "A chunk is recalled after its slice and not before";
    public const string FailureTold = "The failure of an attempt is told once, with the rest that its policy says";
    public const string WokenInTime = "The ledger asks to be woken in time";
    public const string Counts = "The counts are those of the tasks";
    public const string WokenForSomething = "The ledger does not ask again and again to be woken for what has been";
    public const string CommittedFirst = "Nothing leaves before the step that led to it stands in the store";
    public const string LeavesInOrder = "What a step led to leaves in order and once";
    public const string StartsAreStored = "What a worker gets stands in the store as running before it leaves";
    public const string AcceptedSurvives = "What was accepted survives";
    public const string ToldStaysTold = "What was told once is never told otherwise, and is never untold";
    public const string OneTreeOfAKey = "A key names one tree for as long as it stands in the store";
    public const string StoreIsTrue = "What stands in the store is a state that the ledger was in";
    public const string StoreAgrees = "What stands in the store does not contradict itself";
    public const string FencedIsSilent = "Once somebody else has opened the store nothing is written and nothing leaves";
    public const string Answers = "A command is answered truly";
    public const string NoCrash = "No command throws";
    public const string EverythingEnds = "When faults stop, every tree ends";
    public const string DrainEnds = "When faults stop, a drain ends";
    public const string NothingLeft = "When every tree has ended the ledger holds nothing";

    public static void Hold(bool holds, string rule, object? about = null)
    {
        if (!holds)
        {
            throw new BrokenRuleException(rule, $"{about}");
        }
    }

    public static void Hold(bool holds, string rule, [InterpolatedStringHandlerArgument(nameof(holds))] ref About about)
    {
        if (!holds)
        {
            throw new BrokenRuleException(rule, about.ToStringAndClear());
        }
    }
}

/// <summary>What a rule is broken by: a text that is put together only where it is.</summary>
[InterpolatedStringHandler]
internal ref struct About
{
    private DefaultInterpolatedStringHandler _text;

    public About(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        isWanted = !holds;
        _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public string ToStringAndClear() => _text.ToStringAndClear();
}

internal sealed class BrokenRuleException(string rule, string about, Exception? cause = null) : Exception($"Broken: {rule}. {about}", cause)
{
    public string Rule { get; } = rule;

    public string About { get; } = about;
}
