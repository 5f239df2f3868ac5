using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Scanning;

/// <summary>What is in a folder and below it. Immutable; two of them add up.</summary>
internal sealed class FolderTotals
{
    /// <summary>Nothing at all.</summary>
    public static FolderTotals Empty { get; } = new();

    /// <summary>How many folders, the one that was asked for among them.</summary>
    public long Folders { get; init; }

    /// <summary>How many regular files.</summary>
    public long Files { get; init; }

    /// <summary>The sum of the regular files' sizes. A file with two names counts twice, a sparse one with its whole length.</summary>
    public long Bytes { get; init; }

    /// <summary>How many symbolic links. None is followed.</summary>
    public long Links { get; init; }

    /// <summary>How many sockets, pipes and devices.</summary>
    public long Others { get; init; }

    /// <summary>What could not be read.</summary>
    public ErrorList Errors { get; init; } = ErrorList.Empty;

    /// <summary>The largest files.</summary>
    public Largest LargestFiles { get; init; } = Largest.Empty;

    /// <summary>The largest folders, by what is in and below them.</summary>
    public Largest LargestFolders { get; init; } = Largest.Empty;

    /// <summary>Files by type.</summary>
    public FileTypes Types { get; init; } = FileTypes.Empty;

    /// <summary>The files that may have duplicates; empty unless they are looked for.</summary>
    public FileList Candidates { get; init; } = FileList.Empty;

    /// <summary>Both together.</summary>
    public static FolderTotals operator +(FolderTotals left, FolderTotals right) => new()
    {
        Folders = left.Folders + right.Folders,
        Files = left.Files + right.Files,
        Bytes = left.Bytes + right.Bytes,
        Links = left.Links + right.Links,
        Others = left.Others + right.Others,
        Errors = left.Errors + right.Errors,
        LargestFiles = left.LargestFiles + right.LargestFiles,
        LargestFolders = left.LargestFolders + right.LargestFolders,
        Types = left.Types + right.Types,
        Candidates = left.Candidates + right.Candidates,
    };

    /// <summary>These totals as those of <paramref name="folder"/>: it takes its place among the largest folders.</summary>
    public FolderTotals As(FolderPath folder) => folder.Parent is null ? this : new()
    {
        Folders = Folders,
        Files = Files,
        Bytes = Bytes,
        Links = Links,
        Others = Others,
        Errors = Errors,
        LargestFiles = LargestFiles,
        LargestFolders = LargestFolders.With(folder, [], Bytes),
        Types = Types,
        Candidates = Candidates,
    };

    /// <summary>These totals for a report: with the errors of what came after the scan, and without the list of files.</summary>
    public FolderTotals Reported(ErrorList more) => new()
    {
        Folders = Folders,
        Files = Files,
        Bytes = Bytes,
        Links = Links,
        Others = Others,
        Errors = Errors + more,
        LargestFiles = LargestFiles,
        LargestFolders = LargestFolders,
        Types = Types,
    };
}
