namespace Actors.Simulation.Histories;

/// <summary>What a join makes of what arrives.</summary>
internal sealed partial class Book
{
    private static void Arrive(Entry join, Entry member)
    {
        join.Arrived.Add(member);
        join.Fold?.New.Add(member.Ending);
    }

    public void Judge(Entry join)
    {
        Enter();
        JudgeOne(join);
        Leave();
    }

    private void JudgeOne(Entry join)
    {
        if (join.IsDecided || join.IsEnded)
        {
            return;
        }

        if (join.Root.Tree!.IsLoading)
        {
            join.HasNews = true;
            return;
        }

        var good = join.Arrived.Count(static member => member.Ending.State == TaskState.Succeeded);
        var bad = join.Arrived.Count - good;
        var open = join.Members.Length - join.Arrived.Count;
        var (mayFire, mustFail) = join.Task.Join! switch
        {
            { Policy: Policy.All } => (open == 0 && bad == 0, bad > 0),
            { Policy: Policy.Collect } => (open == 0, false),
            var quorum => (good >= quorum.Needed, good + open < quorum.Needed),
        };
        if (!mayFire && !mustFail)
        {
            OfferStep(join);
            return;
        }

        join.IsDecided = true;
        Seen?.Add($"{(join.Fold is null ? "a join" : "a fold")} {(mustFail ? "fails" : "fires")}: {join.Task.Join!.Policy}{(open > 0 ? " early" : "")}");
        join.Outcomes = [.. join.Members.Select(static member => member.IsEnded ? member.Ending : Ending.Cancelled)];
        var attempt = join.Stint?.Attempt ?? join.NextAttempt(terms.IsDurable) - 1;
        var trouble = join.Arrived.Find(static member => member.Ending.Trouble is not null)?.Ending.Trouble ?? NewTrouble(join, FailureKind.Join, attempt);
        CancelAll([.. Live.Values.Where(entry => entry.IsBelowALiveMemberOf(join))]);
        if (mustFail && join.Stint is not null)
        {
            join.Doom = trouble;
            Seen?.Add("a fold fails in a step");
            Tell(join.Stint, Reason.Cancel);
        }
        else if (mustFail)
        {
            End(join, Ending.Failed(trouble), Rules.JoinFires);
        }
        else if (join.Fold is null)
        {
            MakeReady(join, Rules.JoinFires);
        }
        else
        {
            OfferStep(join);
        }
    }

    public void OfferStep(Entry join)
    {
        if (join.Fold is not { } fold || join.State != TaskState.Waiting || (fold.New.Count + fold.Offered.Count < terms.FoldStepMax && !join.IsDecided))
        {
            return;
        }

        TakeStep(join, fold);
        MakeReady(join, Rules.JoinFires);
    }

    public void TakeStep(Entry join, FoldEntry fold)
    {
        fold.Offered.AddRange(fold.New);
        fold.New.Clear();
        fold.StepSize = Math.Min(fold.Offered.Count, terms.FoldStepMax);
        fold.IsLastStep = join.IsDecided && fold.StepSize == fold.Offered.Count;
    }
}
