namespace Actors.Ledger;

/// <summary>
/// Finds live trees by the ids of their roots. A tree whose root is live is found through that; only others stand in an index of their own. So a million roots
/// that wait cost no second one.
/// </summary>
internal sealed class LiveTrees(IdIndex<TaskRecord> live)
{
    private readonly IdIndex<TreeRecord> _indexed = new();

    public int Count { get; private set; }

    /// <summary>The tree of that root; null where there is none.</summary>
    public TreeRecord? Find(TaskId rootId) => live.Find(rootId) is { Tree: { } tree } task && tree.Root == task ? tree : _indexed.Find(rootId);

    /// <summary>A tree begins: its root is live by the end of the step.</summary>
    public void Add(TreeRecord tree) => Count++;

    /// <summary>A tree comes back from a store: its root may have ended.</summary>
    /// <returns>Whether there was none of that root.</returns>
    public bool TryRestore(TreeRecord tree)
    {
        if (Find(tree.Id) is not null)
        {
            return false;
        }

        Count++;
        Index(tree);
        return true;
    }

    /// <summary>The root of a tree has ended, which may go on.</summary>
    public void Index(TreeRecord tree)
    {
        if (!tree.IsIndexed)
        {
            tree.IsIndexed = _indexed.TryAdd(tree);
        }
    }

    /// <summary>A tree has ended, or is left to the store.</summary>
    public void Remove(TreeRecord tree)
    {
        Count--;
        if (tree.IsIndexed)
        {
            _indexed.Remove(tree);
            tree.IsIndexed = false;
        }
    }

    /// <summary>All, in no order.</summary>
    public IEnumerable<TreeRecord> All() =>
        live.All().Where(static task => task.Tree is { IsIndexed: false } tree && tree.Root == task).Select(static root => root.Tree!).Concat(_indexed.All());
}
