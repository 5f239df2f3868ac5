using System.Text.RegularExpressions;
using Actors.Tests.Ban;

namespace Actors.Tests.Tidy;

/// <summary>The house rules that a compiler does not know.</summary>
public sealed partial class TidySpec
{
    private const int LinesMax = 600;

    private static readonly string[] RootEntries =
        ["src", "tests", "hocon", "Actors.sln", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "global.json", "Directory.Build.props", "Directory.Packages.props"];

    public static TheoryData<string> Rules => new(Findings.Keys);

    private static Dictionary<string, Func<IEnumerable<string>>> Findings { get; } = new()
    {
        ["no file is longer than one can hold in mind"] = static () => Sources()
            .Where(static file => File.ReadLines(file).Count() > LinesMax)
            .Select(static file => $"{file}: {File.ReadLines(file).Count()} lines, at most {LinesMax}"),
        ["no regions"] = static () => Lines(Sources(), static line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal)),
        ["no to-do without a number"] = static () => Lines(Sources(), static line => ToDo().IsMatch(line) && !line.Contains('#', StringComparison.Ordinal)),
        ["no filler documentation"] = static () => Lines(Sources(), static line => Filler().IsMatch(line)),
        ["nothing is named for what it is not"] = static () => Sources().Concat(Folders()).Where(static path => Vague().IsMatch(Path.GetFileNameWithoutExtension(path))),
        ["lines end as on Unix"] = static () => Texts().Where(static file => File.ReadAllText(file).Contains('\r', StringComparison.Ordinal)),
        ["files end with the end of a line"] = static () => Texts().Where(static file => File.ReadAllText(file) is { Length: > 0 } text && text[^1] != '\n'),
        ["every key of the configuration has a comment above it"] = static () => Configurations().SelectMany(static file => Uncommented(file)),
        ["the root holds what it may and nothing else"] = static () => Directory.EnumerateFileSystemEntries(SourceTree.Root)
            .Select(static path => Path.GetFileName(path)).Where(static name => name[0] != '.' && !RootEntries.Contains(name) && name is not "TestResults"),
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_house_is_tidy(string rule)
    {
        var found = Findings[rule]().Select(static path => path.Replace(SourceTree.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)).ToArray();
        Assert.True(found.Length == 0, $"{rule}:\n{string.Join('\n', found)}");
    }

    [Theory]
    [InlineData("a {\n  # Time: how long.\n  b = 1s\n}", 0)]
    [InlineData("a {\n  b = 1s\n}", 1)]
    [InlineData("# All of it.\na.b = 1\nc = 2", 1)]
    [InlineData("# One.\na { b = 1 }", 0)]
    public void A_key_without_a_comment_is_found(string hocon, int count)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, hocon);
        try
        {
            Assert.Equal(count, Uncommented(file).Count());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<string> Uncommented(string file)
    {
        var before = "";
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (Key().IsMatch(line) && !before.TrimStart().StartsWith('#'))
            {
                yield return $"{file}({number}): {line.Trim()}";
            }

            before = line;
        }
    }

    private static IEnumerable<string> Sources() => Texts().Where(static file => file.EndsWith(".cs", StringComparison.Ordinal) && Path.GetFileName(file) != "TidySpec.cs");

    private static IEnumerable<string> Configurations() => Texts().Where(static file => file.EndsWith(".conf", StringComparison.Ordinal));

    private static IEnumerable<string> Texts() => new[] { "src", "tests", "hocon" }.SelectMany(SourceTree.Files)
        .Where(static file => Path.GetExtension(file) is ".cs" or ".csproj" or ".conf" or ".md" or ".txt" or ".props");

    private static IEnumerable<string> Folders() => new[] { "src", "tests" }
        .SelectMany(static folder => Directory.EnumerateDirectories(Path.Combine(SourceTree.Root, folder), "*", SearchOption.AllDirectories))
        .Where(static folder => !folder.Contains($"{Path.DirectorySeparatorChar}bin", StringComparison.Ordinal) && !folder.Contains($"{Path.DirectorySeparatorChar}obj", StringComparison.Ordinal));

    private static IEnumerable<string> Lines(IEnumerable<string> files, Func<string, bool> isFound) => files.SelectMany(
        file => File.ReadLines(file).Select((line, index) => (line, index)).Where(pair => isFound(pair.line)).Select(pair => $"{file}({pair.index + 1}): {pair.line.Trim()}"));

    [GeneratedRegex(@"//.*\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex ToDo();

    [GeneratedRegex(@"///.*\b(TBD|Gets or sets the|Initializes a new instance)\b")]
    private static partial Regex Filler();

    [GeneratedRegex(@"(Utils?|Common|Helpers?|Manager|Models?)$")]
    private static partial Regex Vague();

    [GeneratedRegex(@"^\s*""?[\w./-]+""?([.\w/""-]+)?\s*=")]
    private static partial Regex Key();
}
