using Actors.Client;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;

namespace Actors.Coordination;

/// <summary>Tells of trees that were submitted before: live ones, and those that stand in the store. Belongs to the coordinator.</summary>
internal sealed class TreeQuestions(TaskLedger ledger, TaskCatalog catalog, DurableLedger? durable)
{
    public void Find(FindTree find)
    {
        if (ledger.FindTree(find.Id) is { } tree)
        {
            AnswerLive(find, tree);
        }
        else if (durable is null)
        {
            find.Found.Set(false);
        }
        else if (!durable.MustWait(find))
        {
            durable.Ask(
                find.Id,
                row =>
                {
                    TreeListeners.TellEnded(find.Listener, in row, catalog.TypeNamed(row.Type));
                    find.Found.Set(true);
                },
                () =>
                {
                    if (ledger.FindTree(find.Id) is { } live)
                    {
                        AnswerLive(find, live);
                    }
                    else
                    {
                        find.Found.Set(false);
                    }
                },
                row =>
                {
                    ledger.Backlog!.Await(row.Id, before => TreeListeners.With(before, find.Listener));
                    find.Found.Set(true);
                });
        }
    }

    /// <summary>A root with that key has ended before: there is no second, and the caller gets the outcome of the first.</summary>
    public void AnswerEnded(TaskRow row, Submission submitted, Reply<bool> accepted)
    {
        var type = catalog.TypeNamed(row.Type);
        if (type != submitted.Root.Type)
        {
            accepted.Fail(new InvalidOperationException(
                $"The key of this {submitted.Root.Type} is taken by a {row.Type} ({row.Id}) that has ended. Give each task a key of its own."));
            return;
        }

        TreeListeners.TellEnded(submitted.Listener, in row, type);
        accepted.Set(true);
    }

    /// <summary>A root with that key waits in the store: there is no second, and the caller gets the outcome of the first.</summary>
    public void AnswerWaiting(TaskRow row, Submission submitted, Reply<bool> accepted)
    {
        if (catalog.TypeNamed(row.Type) != submitted.Root.Type)
        {
            accepted.Fail(TakenBy(submitted, row));
            return;
        }

        ledger.Backlog!.Await(row.Id, before => TreeListeners.With(before, submitted.Listener));
        accepted.Set(true);
    }

    private static InvalidOperationException TakenBy(Submission submitted, TaskRow row) => new(
        $"The key of this {submitted.Root.Type} is taken by a live {row.Type} ({row.Id}). Give each task a key of its own.");

    private void AnswerLive(FindTree find, TreeRecord tree)
    {
        var outcome = TreeListeners.Attach(tree, find.Listener);
        ledger.Effects.Add(new Answered(() =>
        {
            if (outcome is not null)
            {
                find.Listener.RootEnded(outcome);
            }

            find.Found.Set(true);
        }));
    }
}
