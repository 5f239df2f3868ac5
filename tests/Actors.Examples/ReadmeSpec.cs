using System.Text.RegularExpressions;

namespace Actors.Examples;

/// <summary>What README shows is what runs here: each block of code is quoted from an example, between its marks.</summary>
public sealed partial class ReadmeSpec
{
    private static readonly string Root = RootAbove(AppContext.BaseDirectory);
    private static readonly string Here = Path.Combine(Root, "tests", "Actors.Examples");
    private static readonly string[] Readme = File.ReadAllLines(Path.Combine(Root, "README.md"));

    /// <summary>The blocks of code: the line of each, its language, and what the line above it says.</summary>
    public static TheoryData<int, string, string> Blocks
    {
        get
        {
            var blocks = new TheoryData<int, string, string>();
            var isInside = false;
            for (var line = 0; line < Readme.Length; line++)
            {
                if (Readme[line].StartsWith("```", StringComparison.Ordinal))
                {
                    isInside = !isInside;
                    if (isInside)
                    {
                        blocks.Add(line, Readme[line][3..], Readme[line - 1]);
                    }
                }
            }

            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_block_of_code_is_quoted_from_an_example(int line, string language, string above)
    {
        var mark = Mark().Match(above);
        if (!mark.Success && language is not ("csharp" or "hocon"))
        {
            return; // commands and drawings
        }

        Assert.True(mark.Success, $"README.md({line + 1}): a block of {language} needs a line above it such as <!-- example: StartExample -->.");
        var name = mark.Groups["name"].Value;
        var file = Path.Combine(Here, name + ".cs");
        Assert.True(File.Exists(file), $"README.md({line}): there is no example {name}.");
        var shown = Readme.Skip(line + 1).TakeWhile(static text => text != "```").ToArray();
        var quoted = Region(File.ReadAllLines(file), mark.Groups["part"].Value);
        Assert.True(
            quoted.SequenceEqual(shown),
            $"README.md({line + 1}) does not show what {name}.cs holds between its marks, which is:\n{string.Join('\n', quoted)}");
    }

    private static string[] Region(string[] lines, string part)
    {
        if (part == "story")
        {
            var from = Array.FindIndex(lines, static line => line.EndsWith("Prints => \"\"\"", StringComparison.Ordinal)) + 1;
            return [.. lines[from..].TakeWhile(static line => line.Trim() != "The tasks as they were:").Select(static line => line.Length > 8 ? line[8..] : "").SkipLast(1)];
        }

        var begin = part.Length == 0 ? "<readme>" : $"<readme: {part}>";
        var start = Array.FindIndex(lines, line => line.Contains(begin, StringComparison.Ordinal));
        var end = Array.FindIndex(lines, Math.Max(start, 0), line => line.Contains("</readme>", StringComparison.Ordinal));
        Assert.True(start >= 0 && end > start, $"There is no part {begin} ... </readme> in the example.");
        var region = lines[(start + 1)..end];
        var indent = region.Where(static line => line.Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return [.. region.Select(line => line.Length == 0 ? line : line[indent..])];
    }

    private static string RootAbove(string folder) =>
        File.Exists(Path.Combine(folder, "Actors.sln")) ? folder : RootAbove(Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!);

    [GeneratedRegex(@"^<!-- example: (?<name>\w+)(, (?<part>\w+))? -->$")]
    private static partial Regex Mark();
}
