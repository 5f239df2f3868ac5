using Actors.Coordination;
using Actors.Ledger;
using Actors.Storage;

namespace Actors.Client;

/// <summary>Whoever awaits a tree from outside: told by the coordinator, each thing once.</summary>
internal interface ITreeListener : ITreeWaiter
{
    void RootEnded(Outcome outcome);

    void TreeEnded(TreeOutcome outcome);

    void Stopped(Exception exception);

    /// <summary>Its root found another task of its unique key. Before it is told to be accepted.</summary>
    void IsDuplicateOf(TaskId other)
    {
    }

    bool ITreeWaiter.TryLetGo() => false;
}

/// <summary>Ties listeners to trees.</summary>
internal static class TreeListeners
{
    public static ITreeListener? Of(TreeRecord tree) => (ITreeListener?)tree.Listener;

    /// <summary>Adds a listener to a tree that may have some already, and whose root may have ended already.</summary>
    /// <remarks>It is told of that once what the ledger knows is committed.</remarks>
    public static void Attach(TaskLedger ledger, TreeRecord tree, ITreeListener listener)
    {
        tree.Listener = With(tree.Listener, listener);
        if (tree.Root.DuplicateOf is { } other)
        {
            listener.IsDuplicateOf(other);
        }

        if (tree.RootOutcome is { } outcome)
        {
            ledger.Effects.Add(new Answered(() => listener.RootEnded(outcome)));
        }
    }

    /// <summary>A listener beside those that there are.</summary>
    public static ITreeListener With(object? before, ITreeListener listener) => before is null ? listener : new Several((ITreeListener)before, listener);

    /// <summary>Tells of a tree that ended before, as it stands in the store.</summary>
    public static void TellEnded(ITreeListener listener, in TaskRow root, TaskType type)
    {
        if (StoreJson.ReadDuplicateOf(in root) is { } other)
        {
            listener.IsDuplicateOf(other);
        }

        var outcome = StoredOutcomes.Of(in root, type);
        listener.RootEnded(outcome);
        listener.TreeEnded(StoredOutcomes.TreeOf(in root, outcome));
    }

    private sealed class Several(ITreeListener first, ITreeListener second) : ITreeListener
    {
        public void RootEnded(Outcome outcome)
        {
            first.RootEnded(outcome);
            second.RootEnded(outcome);
        }

        public void TreeEnded(TreeOutcome outcome)
        {
            first.TreeEnded(outcome);
            second.TreeEnded(outcome);
        }

        public void Stopped(Exception exception)
        {
            first.Stopped(exception);
            second.Stopped(exception);
        }
    }
}
