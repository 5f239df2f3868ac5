using System.Text.Json;

namespace Actors.Tests.Console;

/// <summary><c>actors scan --duplicates</c>.</summary>
public sealed class ScanDuplicatesSpec
{
    [UnixFact]
    public async Task Groups_are_files_of_the_same_content()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync(
            """
            mkdir -p d/sub; cd d
            printf same > a; printf same > sub/b; printf same > c        # three alike
            printf diff > e                                              # their size, other content
            head -c 10000 /dev/zero > z1; cp z1 sub/z2                   # larger than a block, alike
            head -c 9999 /dev/zero > y; printf 1 >> y                    # their size and first block, other content
            touch empty1 empty2                                          # empty files are no duplicates
            ln a hard                                                    # nor are hard links
            ln -s a soft
            """,
            temp.Path);
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "d", "--duplicates", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Json.GetProperty("duplicateGroups").GetInt64());
        Assert.Equal(5, run.Json.GetProperty("duplicateFiles").GetInt64());
        Assert.Equal((2 * 4) + 10_000, run.Json.GetProperty("wastedBytes").GetInt64());
        var groups = run.Json.GetProperty("duplicates").EnumerateArray().ToArray();
        Assert.Equal(["d/z1", "d/sub/z2"], PathsOf(groups[0]));
        Assert.Equal(3, groups[1].GetProperty("files").GetArrayLength());
        Assert.Contains("d/sub/b", PathsOf(groups[1]));
        Assert.Equal((await Shell.RunAsync("sha256sum < d/z1", temp.Path))[..64], groups[0].GetProperty("sha256").GetString());
    }

    [UnixFact]
    public async Task A_hard_link_alone_makes_no_group()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync("mkdir d; printf hello > d/a; ln d/a d/b", temp.Path);
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "d", "--duplicates", "--json");
        Assert.Equal(0, run.Json.GetProperty("duplicateGroups").GetInt64());
        Assert.Equal(10, run.Json.GetProperty("bytes").GetInt64());
    }

    [UnixFact]
    public async Task Files_are_compared_whatever_their_names_and_however_deep()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync(
            "mkdir d; printf content > $'d/\\xff'; printf content > $'d/new\\nline'; cd d; n=$(printf 'n%.0s' $(seq 200)); for i in $(seq 60); do mkdir $n; cd $n; done; printf content > deep",
            temp.Path);
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "d", "--duplicates", "--json");
        Assert.Equal(0, run.ExitCode);
        var group = Assert.Single(run.Json.GetProperty("duplicates").EnumerateArray());
        Assert.Equal(["d/new\nline", "d/\\xff"], PathsOf(group).Where(path => path.Length < 100));
        Assert.Equal(3, group.GetProperty("files").GetArrayLength());
    }

    [UnreadableFact]
    public async Task A_file_that_cannot_be_read_is_an_error_and_the_others_are_compared()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync(
            "mkdir d; for f in a b c; do printf hello > d/$f; done; chmod 000 d/b; chmod 755 . d; if [ $(id -u) = 0 ]; then chown -R 65534 d; fi", temp.Path);
        var run = await ConsoleRun.OfAsync(
            new RunOptions
            {
                Before = UnreadableFactAttribute.Unprivileged,
                Folder = temp.Path,
                Environment = new Dictionary<string, string> { ["ACTORS__CONSOLE__LOG__FILE__ENABLED"] = "off" },
            },
            "scan", "d", "--duplicates", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(1, run.Json.GetProperty("errors").GetInt64());
        Assert.Equal(["d/a", "d/c"], PathsOf(Assert.Single(run.Json.GetProperty("duplicates").EnumerateArray())));
    }

    private static string[] PathsOf(JsonElement group) => [.. group.GetProperty("files").EnumerateArray().Select(file => file.GetString()!)];
}
