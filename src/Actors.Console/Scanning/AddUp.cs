namespace Actors.Console.Scanning;

/// <summary>Adds what is below a folder to what is in it.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Own">What is directly in it.</param>
internal sealed record AddUp(FolderPath Folder, FolderTotals Own) : IJoin<FolderTotals, FolderTotals>;

/// <summary>The same for a folder of very many folders, as they end.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Own">What is directly in it.</param>
internal sealed record AddUpMany(FolderPath Folder, FolderTotals Own) : IFold<FolderTotals, TotalsStack, FolderTotals>;

/// <summary>Adds up. A folder whose task failed adds nothing; that it failed is counted by the tree.</summary>
internal sealed class AddUpHandler
    : IJoinHandler<AddUp, FolderTotals, FolderTotals>, IFoldHandler<AddUpMany, FolderTotals, TotalsStack, FolderTotals>
{
    public Ending<FolderTotals> Handle(AddUp join, IReadOnlyList<Outcome<FolderTotals>> outcomes, TaskContext context)
    {
        var sum = TotalsStack.Of(join.Own);
        foreach (var outcome in outcomes)
        {
            sum = sum.With(outcome.ValueOr(FolderTotals.Empty));
        }

        return sum.Sum().As(join.Folder);
    }

    public TotalsStack Start(AddUpMany fold) => TotalsStack.Of(fold.Own);

    public TotalsStack Add(AddUpMany fold, TotalsStack state, Outcome<FolderTotals> child) => state.With(child.ValueOr(FolderTotals.Empty));

    public Ending<FolderTotals> End(AddUpMany fold, TotalsStack state, TaskContext context) => state.Sum().As(fold.Folder);
}
