using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Scanning;

/// <summary>Scans a folder and, where asked to, goes on with a search for duplicates: the root of the job.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="FindDuplicates">Whether to go on.</param>
internal sealed record ScanTree(FolderPath Folder, bool FindDuplicates) : ITask<ScanReport>;

/// <summary>What to do when the folder is scanned.</summary>
/// <param name="FindDuplicates">Whether to look for duplicates.</param>
internal sealed record AfterScan(bool FindDuplicates) : IJoin<FolderTotals, ScanReport>;

/// <summary>Gathers the duplicates of all sizes.</summary>
/// <param name="Totals">What the scan found.</param>
internal sealed record ReportDuplicates(FolderTotals Totals) : IFold<DuplicateFindings, DuplicateFindings, ScanReport>;

/// <summary>What the job found. Immutable.</summary>
/// <param name="Totals">The totals of the folder.</param>
/// <param name="Duplicates">The duplicates, those that waste most first; null where they were not looked for.</param>
internal sealed record ScanReport(FolderTotals Totals, DuplicateFindings? Duplicates);

/// <summary>Starts the scan, and what follows it. Nothing is waited for: each step is the join of the one before.</summary>
internal sealed class ScanTreeHandler(IFolderReader reader)
    : ITaskHandler<ScanTree, ScanReport>,
        IJoinHandler<AfterScan, FolderTotals, ScanReport>,
        IFoldHandler<ReportDuplicates, DuplicateFindings, DuplicateFindings, ScanReport>
{
    public Ending<ScanReport> Handle(ScanTree task, TaskContext context)
    {
        if (reader.Look(task.Folder) == PathKind.Link)
        {
            // As `find` does: a link is not followed, not even the one that was asked for.
            return new ScanReport(new FolderTotals { Links = 1 }, task.FindDuplicates ? DuplicateFindings.Empty : null);
        }

        return context.Join([new ScanFolder(task.Folder, task.FindDuplicates)], new AfterScan(task.FindDuplicates));
    }

    public Ending<ScanReport> Handle(AfterScan join, IReadOnlyList<Outcome<FolderTotals>> outcomes, TaskContext context)
    {
        var totals = outcomes[0].Value;
        if (!join.FindDuplicates)
        {
            return new ScanReport(totals, null);
        }

        var sizes = totals.Candidates.OfEqualSize().Select(files => new CompareEqualSizes(files));
        return context.Fold(sizes, new ReportDuplicates(totals.Reported(ErrorList.Empty)), JoinPolicy.Collect);
    }

    public DuplicateFindings Start(ReportDuplicates fold) => DuplicateFindings.Empty;

    public DuplicateFindings Add(ReportDuplicates fold, DuplicateFindings state, Outcome<DuplicateFindings> child) =>
        state + child.ValueOr(DuplicateFindings.Empty);

    public Ending<ScanReport> End(ReportDuplicates fold, DuplicateFindings state, TaskContext context) =>
        new ScanReport(fold.Totals.Reported(state.Errors), state.Sorted());
}
