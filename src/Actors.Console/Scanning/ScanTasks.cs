using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Scanning;

/// <summary>The task types of a scan: their names, and the pool of what reads folders and files.</summary>
internal static class ScanTasks
{
    private const string Pool = "io";

    /// <summary>Says so to the engine. HOCON may say otherwise, under <c>actors.types</c>.</summary>
    public static void Configure(TaskRegistry tasks) => tasks
        .Configure<ScanTree>(type => type with { Name = "scan", Pool = Pool })
        .Configure<AfterScan>(type => type with { Name = "after-scan", Pool = Pool })
        .Configure<ReportDuplicates>(type => type with { Name = "report-duplicates", Pool = Pool })
        .Configure<ScanFolder>(type => type with { Name = "scan-folder", Pool = Pool })
        .Configure<AddUp>(type => type with { Name = "add-up", Pool = Pool })
        .Configure<AddUpMany>(type => type with { Name = "add-up-many", Pool = Pool })
        .Configure<CompareEqualSizes>(type => type with { Name = "compare-sizes", Pool = Pool })
        .Configure<GroupByFirstBlock>(type => type with { Name = "group-by-first-block", Pool = Pool })
        .Configure<GroupByContent>(type => type with { Name = "group-by-content", Pool = Pool })
        .Configure<ReadFirstBlock>(type => type with { Name = "read-first-block", Pool = Pool })
        .Configure<ReadContent>(type => type with { Name = "read-content", Pool = Pool });
}
