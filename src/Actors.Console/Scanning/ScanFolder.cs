namespace Actors.Console.Scanning;

/// <summary>Reads one folder and all below it: a task per folder, and a join that adds the totals up.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="KeepFiles">Whether the totals list the files, to look for duplicates.</param>
internal sealed record ScanFolder(FolderPath Folder, bool KeepFiles) : ITask<FolderTotals>;

/// <summary>Reads the folder at once, on the worker's thread, and spawns a task for each folder in it.</summary>
internal sealed class ScanFolderHandler(IFolderReader reader, ScanProgress progress) : ITaskHandler<ScanFolder, FolderTotals>
{
    // Up to here a join takes all totals in one run; beyond it a fold takes them as they come, and keeps 17 sums where a join would keep 100,000 totals.
    private const int JoinedMax = 64;

    public Ending<FolderTotals> Handle(ScanFolder task, TaskContext context)
    {
        progress.Reading(task.Folder);
        var contents = new FolderContents(task.Folder, task.KeepFiles);
        reader.Read(contents, context.CancellationToken);
        var own = contents.Totals();
        progress.Add(own);
        if (contents.Folders.Count == 0)
        {
            return own.As(task.Folder);
        }

        var below = contents.Folders.Select(name => new ScanFolder(task.Folder.Child(name), task.KeepFiles));
        return contents.Folders.Count <= JoinedMax
            ? context.Join(below, new AddUp(task.Folder, own), JoinPolicy.Collect)
            : context.Fold(below, new AddUpMany(task.Folder, own), JoinPolicy.Collect);
    }
}
