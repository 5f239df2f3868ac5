namespace Actors.Simulation.Histories;

/// <summary>What somebody does by hand: cancels, pauses, resumes.</summary>
internal sealed partial class History
{
    private void Cancel()
    {
        var live = _checker.Book.Live.Values.Select(static entry => entry.Task).OrderBy(static task => task.Number).ToArray();
        var task = live.Length > 0 && !_chance.OneIn(8) ? _chance.Of(live) : _chance.Of(_roots);
        var (isFound, mustBeFound) = (false, false);
        if (_chance.OneIn(4))
        {
            Step($"the tree of {task} is cancelled", () =>
            {
                mustBeFound = _checker.Book.CancelTree(task.Root.Id);
                isFound = _port.CancelTree(task.Root.Id);
            });
        }
        else
        {
            Step($"{task} is cancelled", () =>
            {
                mustBeFound = _checker.Book.Cancel(task.Id);
                isFound = _port.Cancel(task.Id);
            });
        }

        Rules.Hold(isFound == mustBeFound, Rules.Answers, $"whether there was something to cancel: {isFound}");
    }

    /// <summary>Somebody pauses something, or ends a pause.</summary>
    private void ChangePause()
    {
        if (_checker.Book.Holds.Count > 0 && _chance.OneIn(2))
        {
            SetPause(_chance.Of([.. _checker.Book.Holds.OrderBy(static hold => $"{hold}{hold.Tree}", StringComparer.Ordinal)]), isPaused: false);
            return;
        }

        var hold = _chance.Next(3) switch
        {
            0 => new Hold(null, null, _chance.Of(_roots).Id),
            1 => new Hold(null, _chance.NewType(), null),
            _ => new Hold(_chance.Next(Terms.Pools), null, null),
        };
        SetPause(hold, isPaused: true);
    }

    private void SetPause(Hold hold, bool isPaused)
    {
        var (isChanged, mustChange) = (false, false);
        Step($"{hold} is {(isPaused ? "paused" : "resumed")}", () =>
        {
            mustChange = _checker.Book.SetPause(hold, isPaused);
            isChanged = _port.SetPause(hold, isPaused);
        });
        Rules.Hold(isChanged == mustChange, Rules.Answers, $"whether that changed anything: {isChanged}");
    }
}
