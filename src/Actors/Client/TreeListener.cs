using Actors.Ledger;

namespace Actors.Client;

/// <summary>Whoever awaits a tree from outside: told by the coordinator, each thing once.</summary>
internal abstract class TreeListener
{
    public abstract void RootEnded(Outcome outcome);

    public abstract void TreeEnded(TreeOutcome outcome);

    public abstract void Stopped(Exception exception);

    public static TreeListener? Of(TreeRecord tree) => (TreeListener?)tree.Listener;

    /// <summary>Adds a listener to a tree that may have some already, and whose root may have ended already.</summary>
    public static void Attach(TreeRecord tree, TreeListener listener)
    {
        tree.Listener = Of(tree) is { } before ? new Several(before, listener) : listener;
        if (tree.RootOutcome is { } outcome)
        {
            listener.RootEnded(outcome);
        }
    }

    private sealed class Several(TreeListener first, TreeListener second) : TreeListener
    {
        public override void RootEnded(Outcome outcome)
        {
            first.RootEnded(outcome);
            second.RootEnded(outcome);
        }

        public override void TreeEnded(TreeOutcome outcome)
        {
            first.TreeEnded(outcome);
            second.TreeEnded(outcome);
        }

        public override void Stopped(Exception exception)
        {
            first.Stopped(exception);
            second.Stopped(exception);
        }
    }
}
