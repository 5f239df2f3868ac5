namespace Actors.Simulation.Histories;

/// <summary>What somebody does by hand: cancels, pauses, resumes.</summary>
internal sealed partial class History
{
    private void Cancel()
    {
        var live = _stage.Book.Live.Values.Select(static entry => entry.Task).OrderBy(static task => task.Number).ToArray();
        if (_outside is not null)
        {
            var id = live.Length > 0 && !_chance.OneIn(8) ? _chance.Of(live).Id : _chance.Of(_outside.Orders).Id;
            var wholeTree = _chance.OneIn(4);
            _outside.Cancel(wholeTree && _stage.Book.Live.TryGetValue(id, out var entry) ? entry.Root.Task.Id : id, wholeTree);
            return;
        }

        var task = live.Length > 0 && !_chance.OneIn(8) ? _chance.Of(live) : _chance.Of(_roots);
        var (isTree, isFound, mustBeFound) = (_chance.OneIn(4), false, false);
        _stage.Step(
            $"{(isTree ? "the tree of " : "")}{task} is cancelled",
            checker => mustBeFound = isTree ? checker.Book.CancelTree(task.Root.Id) : checker.Book.Cancel(task.Id),
            () => isFound = isTree ? _stage.Port.CancelTree(task.Root.Id) : _stage.Port.Cancel(task.Id));
        Rules.Hold(isFound == mustBeFound, Rules.Answers, $"whether there was something to cancel: {isFound}");
    }

    /// <summary>Somebody pauses something, or ends a pause.</summary>
    private void ChangePause()
    {
        if (_stage.Book.Holds.Count > 0 && _chance.OneIn(2))
        {
            SetPause(_chance.Of([.. _stage.Book.Holds.OrderBy(static hold => $"{hold}{hold.Tree}", StringComparer.Ordinal)]), isPaused: false);
            return;
        }

        Hold? hold = _chance.Next(3) switch
        {
            0 => Pausable is { Length: > 0 } trees ? new Hold(null, null, _chance.Of(trees)) : null,
            1 => new Hold(null, _chance.NewType(), null),
            _ => new Hold(_chance.Next(Terms.Pools), null, null),
        };
        if (hold is not null)
        {
            SetPause(hold, isPaused: true);
        }
    }

    /// <summary>The roots of trees that there are or were; with a store, of those that are loaded.</summary>
    private TaskId[] Pausable => _outside is null
        ? [.. _roots.Select(static root => root.Id)]
        : [.. _stage.Book.Trees.Values.Where(root => !root.Tree!.IsLoading && !_stage.Port.IsAway(root.Task)).Select(static root => root.Task.Id).Order()];

    private void EndPauses()
    {
        foreach (var hold in _stage.Book.Holds.Where(hold => hold.Tree is not { } tree || Pausable.Contains(tree)).ToArray())
        {
            SetPause(hold, isPaused: false);
        }
    }

    private void SetPause(Hold hold, bool isPaused)
    {
        var (isChanged, mustChange) = (false, false);
        _stage.Step(
            $"{hold} is {(isPaused ? "paused" : "resumed")}",
            checker => mustChange = checker.Book.SetPause(hold, isPaused),
            () => isChanged = _stage.Port.SetPause(hold, isPaused));
        Rules.Hold(isChanged == mustChange, Rules.Answers, $"whether that changed anything: {isChanged}");
    }
}
