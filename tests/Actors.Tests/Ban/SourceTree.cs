namespace Actors.Tests.Ban;

/// <summary>The repository that these tests were built from: its root, and the projects under <c>src</c>.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static string BanListPath => Path.Combine(Root, "src", "BannedSymbols.txt");

    /// <summary>Every project file under <c>src</c>, found on disk and not listed, so that a new project cannot be forgotten.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Files("src").Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Every file below a folder of the repository, without what a build has left there.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    /// <summary>The text of a file of the ban's own specs.</summary>
    public static string ReadSpecFile(string name) => File.ReadAllText(Path.Combine(Root, "tests", "Actors.Tests", "Ban", name));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Actors.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Actors.sln in {AppContext.BaseDirectory} or above it.");
    }
}
