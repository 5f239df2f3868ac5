using Actors.Storage;

namespace Actors.Ledger;

/// <content>What comes back from a store, and what is left to it.</content>
internal sealed partial class TaskLedger
{
    /// <summary>A tree comes back from a store. Its rows follow.</summary>
    internal void Restore(TreeRecord tree)
    {
        if (!_trees.TryRestore(tree))
        {
            throw new StoreException($"The store is damaged: tree {tree.Id} stands there twice.");
        }

        CountTree(tree, 1);
        if (tree.Pause is not null)
        {
            Pauses.Restored();
        }

        if (tree.Terms is not null)
        {
            Alarms.Set(tree);
            Alarms.Ring(); // of one whose deadline has passed meanwhile nothing starts
        }
    }

    /// <summary>A live task comes back from a store.</summary>
    internal void Restore(TaskRecord task, TreeRecord tree, LiveParent parent, TaskState state)
    {
        if (!_live.TryAdd(task))
        {
            throw new StoreException($"The store is damaged: task {task.Id} of tree {tree.Id} stands there twice.");
        }

        task.Tree = tree; // which counts it already
        parent.Adopt(task);
        Tally.Enter(task, state);
        var standsInNoOrder = state == TaskState.Joining || (state == TaskState.Waiting && (task is JoinRecord || task.Unique is not null));
        if (task.Type.Gates is not null && !standsInNoOrder)
        {
            Sequences.Enter(task);
        }

        if (state == TaskState.Scheduled)
        {
            _due.Add(task, task.DueAtTicks);
        }
    }

    /// <summary>A tree's one task waits in the store alone from now on. It stays counted.</summary>
    internal void Forget(TreeRecord tree)
    {
        _live.Remove(tree.Root);
        _trees.Remove(tree);
    }

    /// <summary>A tree is back whose one task waited in the store alone, and is ready.</summary>
    internal void Return(TreeRecord tree)
    {
        if (_trees.Find(tree.Id) is not null || !_live.TryAdd(tree.Root))
        {
            throw new StoreException($"The store is damaged: tree {tree.Id} stands there twice.");
        }

        _trees.Add(tree);
        tree.Enter(tree.Root);
        tree.Adopt(tree.Root);
        tree.Root.State = TaskState.Ready;
        PushReady(tree.Root);
    }

    /// <summary>A tree's one task was found in the store, and is left there.</summary>
    internal void CountAway(TaskType type)
    {
        Tally.Enter(type, TaskState.Ready);
        _pools[type.Pool].Trees++;
    }

    /// <summary>A task that came back from a store waits until it is due.</summary>
    internal void Rest(TaskRecord task)
    {
        Tally.Move(task, TaskState.Scheduled);
        _due.Add(task, task.DueAtTicks);
    }
}
