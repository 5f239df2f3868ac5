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
            accepted.Fail(KeyTaken(submitted.Root, $"a {row.Type} ({row.Id}) that has ended"));
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
            accepted.Fail(KeyTaken(submitted.Root, $"a live {row.Type} ({row.Id})"));
            return;
        }

        ledger.Backlog!.Await(row.Id, before => TreeListeners.With(before, submitted.Listener));
        accepted.Set(true);
    }

    /// <summary>Two types of tasks cannot have one key.</summary>
    public static InvalidOperationException KeyTaken(TaskRecord root, string by) => new($"The key of this {root.Type} is taken by {by}. Give each task a key of its own.");

    private void AnswerLive(FindTree find, TreeRecord tree)
    {
        TreeListeners.Attach(ledger, tree, find.Listener);
        ledger.Effects.Add(new Answered(() => find.Found.Set(true)));
    }
}
