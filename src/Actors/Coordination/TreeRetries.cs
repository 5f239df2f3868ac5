using Actors.Client;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;

namespace Actors.Coordination;

/// <summary>Runs again what failed in trees that have ended: reads such a tree, and puts the tree that takes over from it into the ledger. Belongs to the coordinator.</summary>
internal sealed class TreeRetries(TaskLedger ledger, TaskCatalog catalog, Journal journal)
{
    private readonly Dictionary<(TaskId Root, TaskId? Task), List<RetryTree>> _asked = [];
    private readonly List<ReadTree> _unread = [];

    /// <summary>Passes a request on, or says why not.</summary>
    public static void Ask(DurableLedger? durable, RetryTree request, bool isStopping, DateTimeOffset now)
    {
        if (durable is null)
        {
            request.Retried.Fail(new InvalidOperationException("This engine has no store, and does not remember trees that have ended. Submit the task anew, or set actors.store.location."));
        }
        else if (isStopping)
        {
            request.Retried.Fail(new EngineStoppedException("The engine is stopping and takes no new tasks from outside."));
        }
        else if (durable.Refusal(now) is { } refusal)
        {
            request.Retried.Fail(refusal);
        }
        else
        {
            durable.Retry(request);
        }
    }

    /// <summary>What is to be read next, behind what is being committed.</summary>
    public IEnumerable<ReadTree> TakeUnread()
    {
        var unread = _unread.ToArray();
        _unread.Clear();
        return unread;
    }

    /// <summary>Somebody wants one.</summary>
    public void Ask(RetryTree request)
    {
        if (!_asked.TryGetValue((request.Root, request.Task), out var requests))
        {
            _asked.Add((request.Root, request.Task), requests = []);
            _unread.Add(new ReadTree(request.Root, request.Task));
        }

        requests.Add(request);
    }

    /// <summary>An ended tree has been read.</summary>
    /// <param name="read">Its rows, and whether the tree that takes over from it is there already.</param>
    /// <param name="answer">Carries something out once all this is committed.</param>
    /// <param name="now">The time.</param>
    public void Retry(TreeRead read, Action<Action> answer, DateTimeOffset now)
    {
        var (root, task) = read.Asked;
        var retry = TreeRetry.RootOf(root, task);
        if (journal.HasEnded(root) || journal.HasEnded(retry))
        {
            _unread.Add(read.Asked); // it ended while the store was asked: the next answer knows it
            return;
        }

        _asked.Remove((root, task), out var requests);
        if (!read.IsThere && ledger.FindTree(retry) is null)
        {
            try
            {
                Make(new TreeRetry(root, read.Rows, task), task, requests![0].By, now);
            }
            catch (InvalidOperationException nothing)
            {
                requests!.ForEach(request => request.Retried.Fail(nothing));
                return;
            }
        }

        answer(() => requests!.ForEach(request => request.Retried.Set(retry)));
    }

    private void Make(TreeRetry retry, TaskId? task, string by, DateTimeOffset now)
    {
        var rows = retry.Rows(journal.TakeNumber(), now.UtcTicks);
        var recovery = new Recovery(ledger, catalog.TypeNamed);
        recovery.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), now);
        var tree = ledger.FindTree(retry.Root)!;
        journal.Adopt(tree, rows);
        recovery.Finish(now);
        foreach (var released in retry.Released)
        {
            journal.Release(released);
        }

        journal.Audit(retry.ToAudit(task, by, now.UtcTicks));
    }
}
