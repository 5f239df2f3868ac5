namespace Actors.Storage.Victim;

/// <summary>What is done to a store without an engine.</summary>
internal static class Chores
{
    public static int Run(string deed, string location)
    {
        using var store = new MortalStoreProvider().Create(location);
        store.Open("a chore", takeOver: false);
        var step = new PruneStep(deed == "prune" ? 0 : TaskRow.None, 0, 0);
        while (step.Next != TaskRow.None)
        {
            step = store.Prune(new PruneRule(long.MaxValue, long.MaxValue, step.Next), 50);
        }

        return 0;
    }
}
