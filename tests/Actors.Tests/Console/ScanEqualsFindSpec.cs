using System.Globalization;

namespace Actors.Tests.Console;

/// <summary><c>actors scan</c> counts what GNU find counts.</summary>
public sealed class ScanEqualsFindSpec
{
    public static TheoryData<string, string> Folders => new()
    {
        { "empty", "mkdir d" },
        { "one file", "mkdir d; printf hello > d/f" },
        { "nested", "mkdir -p d/a/b/c d/a/x; printf 1 > d/a/1; printf 22 > d/a/b/2; printf 333 > d/a/b/c/3" },
        { "wide with files", "mkdir d; cd d; seq -f 'f%g.txt' 5000 | xargs touch; printf x > f17.txt" },
        { "wide with folders", "mkdir d; cd d; seq -f 'd%g' 3000 | xargs mkdir; printf x > d17/f" },
        { "hidden", "mkdir -p d/.h/.i; printf 1 > d/.f; printf 22 > d/.h/.i/.g" },
        { "links", "mkdir -p d/sub; printf hi > d/f; ln -s f d/to-file; ln -s sub d/to-folder; ln -s nowhere d/dangling; ln -s . d/loop; ln -s ../.. d/sub/up" },
        { "hard links", "mkdir d; printf hello > d/a; ln d/a d/b; ln d/a d/c" },
        { "pipe", "mkdir d; mkfifo d/pipe; printf 1 > d/f" },
        { "sparse", "mkdir d; truncate -s 5G d/sparse; printf 1 > d/f" },
        { "odd names", "mkdir d; cd d; mkdir $'new\\nline' ./-dash 'sp ace' $'\\xff\\xfe' $'emoji-\\xf0\\x9f\\x98\\x80' \"quote'\\\"\" '*' '[bold]'; "
            + "printf 12345 > $'new\\nline/f\\n'; printf 1 > ./-dash/--json; printf 22 > $'\\xff\\xfe/\\xc3('; printf 333 > 'sp ace/ '; printf 4 > '[bold]/[x]'; printf 7 > $'\\e[31m'" },
        { "long names", "mkdir d; cd d; n=$(printf 'n%.0s' $(seq 255)); mkdir $n; printf 1 > $n/$n" },
        { "2,000 levels", "mkdir d; cd d; for i in $(seq 2000); do mkdir level; cd level; done; printf hello > deepest" },
        { "400 levels of long names", "mkdir d; cd d; n=$(printf 'n%.0s' $(seq 200)); for i in $(seq 400); do mkdir $n; printf 1 > f; cd $n; done; printf hello > deepest" },
    };

    [UnixFact]
    public async Task An_interrupted_scan_says_what_it_had_reached_and_ends_with_130()
    {
        var run = await ConsoleRun.OfAsync(
            new RunOptions { InterruptAt = "Submitted ScanTree", Environment = new Dictionary<string, string> { ["ACTORS__CONSOLE__LOG__CONSOLE__LEVEL"] = "information" } },
            "scan", "/", "--json");
        Assert.Equal(130, run.ExitCode);
        Assert.True(run.Json.GetProperty("cancelled").GetBoolean());
        Assert.True(run.Json.GetProperty("tasks").GetInt64() <= run.Json.GetProperty("folders").GetInt64() * 2);
    }

    [UnixTheory]
    [MemberData(nameof(Folders))]
    public async Task Folders_files_and_bytes_are_those_of_find(string name, string script)
    {
        using var temp = new TempFolder();
        await Shell.RunAsync(script, temp.Path);
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "d", "--json");
        Assert.True(run.ExitCode == 0, $"{name}: {run}");
        await AssertEqualsFindAsync(run, "d", temp.Path);
        Assert.Equal(0, run.Json.GetProperty("errors").GetInt64());
        Assert.Equal(0, run.Json.GetProperty("failed").GetInt64());
    }

    [UnixTheory]
    [InlineData("link")]
    [InlineData("link/")]
    [InlineData("d/")]
    [InlineData("./d//")]
    [InlineData(".")]
    public async Task The_folder_itself_is_taken_as_find_takes_it(string folder)
    {
        using var temp = new TempFolder();
        await Shell.RunAsync("mkdir -p d/sub; printf 123 > d/f; ln -s d link", temp.Path);
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", folder, "--json");
        Assert.Equal(0, run.ExitCode);
        await AssertEqualsFindAsync(run, folder, temp.Path);
    }

    [UnreadableFact]
    public async Task What_cannot_be_read_is_an_error_in_the_list_and_the_rest_is_counted()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync(
            "mkdir -p d/closed/below d/listed d/open; printf 1 > d/closed/f; printf 22 > d/listed/g; printf 333 > d/open/h; "
            + "chmod 000 d/closed; chmod 444 d/listed; chmod 755 . d d/open; if [ $(id -u) = 0 ]; then chown -R 65534 d; fi",
            temp.Path);
        var run = await ConsoleRun.OfAsync(
            new RunOptions { Before = UnreadableFactAttribute.Unprivileged, Folder = temp.Path, Environment = NoLogFile }, "scan", "d", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(4, run.Json.GetProperty("folders").GetInt64());
        Assert.Equal(2, run.Json.GetProperty("files").GetInt64());
        Assert.Equal(3, run.Json.GetProperty("bytes").GetInt64());
        Assert.Equal(2, run.Json.GetProperty("errors").GetInt64());
        Assert.Equal(0, run.Json.GetProperty("failed").GetInt64());
        Assert.Equal(["d/closed", "d/listed/g"], run.Json.GetProperty("errorList").EnumerateArray().Select(error => error.GetProperty("path").GetString()!).Order());
    }

    [UnixFact]
    public async Task A_scan_of_proc_ends()
    {
        var run = await ConsoleRun.OfAsync("scan", "/proc", "--json");
        Assert.InRange(run.ExitCode, 0, 1);
        Assert.Equal(0, run.Json.GetProperty("failed").GetInt64());
    }

    [UnixFact]
    public async Task The_table_shows_names_without_acting_on_them()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync("mkdir d; printf 12345 > $'d/a\\e[31m\\n[bold]x'", temp.Path);
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "d");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("d/a\\x1b[31m\\n[bold]x", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", run.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> NoLogFile => new() { ["ACTORS__CONSOLE__LOG__FILE__ENABLED"] = "off" };

    private static async Task AssertEqualsFindAsync(ConsoleRun run, string folder, string current)
    {
        // A dot each and not a line each: a name may hold the end of a line.
        Assert.Equal(await NumberAsync($"find '{folder}' -type d -printf . | wc -c"), run.Json.GetProperty("folders").GetInt64());
        Assert.Equal(await NumberAsync($"find '{folder}' -type f -printf . | wc -c"), run.Json.GetProperty("files").GetInt64());
        Assert.Equal(await NumberAsync($"find '{folder}' -type f -printf '%s\\n' | awk '{{ s += $1 }} END {{ printf \"%.0f\", s }}'"), run.Json.GetProperty("bytes").GetInt64());
        Assert.Equal(await NumberAsync($"find '{folder}' -type l -printf . | wc -c"), run.Json.GetProperty("symlinks").GetInt64());

        async Task<long> NumberAsync(string script) => long.Parse((await Shell.RunAsync(script, current)).Trim(), CultureInfo.InvariantCulture);
    }
}
