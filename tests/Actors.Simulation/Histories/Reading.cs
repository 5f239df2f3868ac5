using Actors.Simulation.Stores;

namespace Actors.Simulation.Histories;

/// <summary>What one life of a process hears from its store: the rows of live trees, and what leads to roots being submitted. Tells the book of it.</summary>
internal sealed class Reading(Stage stage)
{
    private (Errand Root, List<Errand> Order)? _loading;

    private Lives Lives => stage.Lives!;

    private DurablePort Port => Lives.Port!;

    /// <summary>The next rows are read; behind the last what waited for them goes on.</summary>
    public void Load(int count)
    {
        var told = new List<Action<Checker>>();
        stage.StepBy(
            () =>
            {
                var rows = Port.Load(count);
                foreach (var row in rows)
                {
                    var task = Lives.Papers[row.Payload!];
                    if (row.Number == 0)
                    {
                        Whole(told);
                        _loading = (task, []);
                        var scheduled = Lives.ScheduledOf(row.Tree);
                        told.Add(checker => checker.Recollection.Load(task, scheduled.Contains));
                    }

                    if (!row.Flags.HasFlag(Storage.TaskFlags.Withheld))
                    {
                        _loading!.Value.Order.Add(task);
                        if (row.Joins is null && row.Join <= row.Number && !row.Flags.HasFlag(Storage.TaskFlags.HasEarly))
                        {
                            told.Add(checker => checker.Recollection.Read(task));
                        }
                    }
                }

                if (rows.Length == 0)
                {
                    Whole(told);
                    told.Add(static checker => checker.Book.EndReturn());
                }

                return rows.Length == 0 ? "all live trees have been read" : $"{rows.Length} row(s) are read";
            },
            checker => told.ForEach(tell => tell(checker)));
        if (!Port.IsLoading)
        {
            foreach (var action in Port.TakeStashed())
            {
                Happen("what waited for the trees goes on", action);
            }
        }
    }

    /// <summary>Something that may lead to roots being submitted.</summary>
    public void Happen(string what, Action command)
    {
        (Errand Root, Errand? Completion)[] submitted = [];
        stage.StepBy(
            () =>
            {
                Port.Submitted.Clear();
                command();
                submitted = [.. Port.Submitted];
                return what;
            },
            checker => Array.ForEach(submitted, root => checker.Book.Submit(root.Root, root.Completion)));
    }

    private void Whole(List<Action<Checker>> told)
    {
        if (_loading is var (root, order))
        {
            told.Add(checker => checker.Recollection.Loaded(root, order));
        }

        _loading = null;
    }
}
