using Actors.Console.Configuration;
using Actors.Console.Display;
using Actors.Console.Scanning;
using Actors.Console.Scanning.Duplicates;

namespace Actors.Tests.Console;

/// <summary>What the scan is made of, without files.</summary>
public sealed class ScanPartsSpec
{
    private static readonly FolderPath Root = FolderPath.Root("root");

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1048575, "1.0 MiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void Bytes_are_told_in_the_unit_that_fits(long bytes, string told) => Assert.Equal(told, ByteSize.Of(bytes));

    [Theory]
    [InlineData("plain é 😀 [x]", "plain é 😀 [x]")]
    [InlineData("a\nb\r\tc", "a\\nb\\r\\tc")]
    [InlineData("\u001b[31m\u0000\u007f", "\\x1b[31m\\x00\\x7f")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("\u202etxt.exe", "\\u202etxt.exe")]
    public void What_a_terminal_would_act_on_is_written_out(string text, string printed) => Assert.Equal(printed, Printable.Escape(text));

    [Fact]
    public void A_long_text_keeps_both_ends() => Assert.Equal("aab...bbcccc"[..2] + "...cccc", Printable.Shorten("aabbbbbbbbbbcccc", 9));

    [Theory]
    [InlineData("a.TXT", ".txt")]
    [InlineData("a.tar.gz", ".gz")]
    [InlineData("Makefile", "(none)")]
    [InlineData(".profile", "(none)")]
    [InlineData("a.", "(none)")]
    [InlineData("a.with space", "(other)")]
    [InlineData("a.12345678901234567", "(other)")]
    public void A_type_is_the_ending_of_the_name(string name, string type)
    {
        var contents = new FolderContents(Root, keepFiles: false);
        contents.AddFile(System.Text.Encoding.UTF8.GetBytes(name), 5, default);
        Assert.Equal(new FileType(type, 1, 5), Assert.Single(contents.Totals().Types.All));
    }

    [Fact]
    public void Types_add_up_whatever_the_order()
    {
        var left = FileTypes.Of([new(".a", 1, 10), new(".c", 2, 20)]);
        var right = FileTypes.Of([new(".c", 3, 30), new(".b", 4, 40)]);
        Assert.Equal([new(".a", 1, 10), new(".b", 4, 40), new(".c", 5, 50)], (left + right).All);
        Assert.Equal((left + right).All, (right + left).All);
    }

    [Fact]
    public void Too_many_types_become_one_and_no_file_is_lost()
    {
        var types = FileTypes.Of(Enumerable.Range(0, 10_000).Select(i => new FileType($".t{i}", i == 7 ? 100 : 1, 3)));
        Assert.True(types.All.Count <= FileTypes.TypesMax);
        Assert.Equal(10_099, types.All.Sum(type => type.Files));
        Assert.Equal(30_000, types.All.Sum(type => type.Bytes));
        Assert.Contains(types.All, type => type is { Type: ".t7", Files: 100 });
    }

    [Fact]
    public void The_largest_are_kept_in_order_and_empty_ones_never()
    {
        var largest = Enumerable.Range(0, 100).Aggregate(Largest.Empty, (kept, i) => kept.With(Root, [(byte)i], i * 37 % 100));
        Assert.Equal([99, 98, 97, 96, 95, 94, 93, 92, 91, 90], largest.Kept.Select(one => one.Bytes));
        Assert.Empty(Largest.Empty.With(Root, "empty"u8, 0).Kept);
    }

    [Fact]
    public void Of_the_same_size_the_first_name_is_kept()
    {
        var largest = Enumerable.Range(0, 100).Reverse().Aggregate(Largest.Empty, (kept, i) => kept.With(Root, [(byte)i], 5));
        Assert.Equal(Enumerable.Range(0, 10), largest.Kept.Select(one => (int)one.Name[0]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void A_stack_of_totals_is_their_sum(int count)
    {
        var stack = Enumerable.Range(1, count).Aggregate(TotalsStack.Of(FolderTotals.Empty), (state, i) => state.With(new FolderTotals { Folders = 1, Bytes = i }));
        var sum = stack.Sum();
        Assert.Equal(count, sum.Folders);
        Assert.Equal(count * (count + 1L) / 2, sum.Bytes);
    }

    [Fact]
    public void A_stack_is_not_changed_by_what_comes_on_top()
    {
        var before = TotalsStack.Of(new FolderTotals { Files = 1 });
        _ = before.With(new FolderTotals { Files = 5 });
        Assert.Equal(1, before.Sum().Files);
    }

    [Fact]
    public void Errors_are_all_counted_and_the_first_kept()
    {
        var one = ErrorList.Of(1, [new ScanError(Root, [], "no")]);
        var all = Enumerable.Range(0, 3 * ErrorList.KeptMax).Aggregate(ErrorList.Empty, (sum, _) => sum + one);
        Assert.Equal(3 * ErrorList.KeptMax, all.Count);
        Assert.Equal(ErrorList.KeptMax, all.Kept.Count);
    }

    [Fact]
    public void A_path_is_text_with_what_is_no_text_written_out()
    {
        var folder = FolderPath.Root("/top/").Child([0xff, (byte)'a']);
        Assert.Equal("/top/\\xffa/é", folder.PathOf("é"u8));
    }

    [Fact]
    public void A_chain_begins_below_the_folder_that_is_held()
    {
        var middle = Root.Child("a"u8.ToArray());
        var bottom = middle.Child("b"u8.ToArray()).Child("c"u8.ToArray());
        Assert.Equal(2, bottom.ChainBelow(middle).Length);
        Assert.Equal(4, bottom.ChainBelow(FolderPath.Root("elsewhere")).Length);
    }

    [Fact]
    public void Only_files_that_share_their_size_are_compared_and_hard_links_count_once()
    {
        var files = new FileBatchBuilder(Root);
        files.Add("a"u8, 5, new FileIdentity(1, 1));
        files.Add("b"u8, 5, new FileIdentity(1, 2));
        files.Add("c"u8, 5, new FileIdentity(1, 2));
        files.Add("alone"u8, 6, new FileIdentity(1, 3));
        files.Add("linked"u8, 7, new FileIdentity(1, 4));
        files.Add("again"u8, 7, new FileIdentity(1, 4));
        var group = Assert.Single(files.Build().OfEqualSize());
        Assert.Equal(["root/a", "root/b"], group.Select(file => file.Path));
    }

    [Fact]
    public void A_very_deep_list_of_files_is_read_without_a_deep_stack()
    {
        var one = new FileBatchBuilder(Root);
        one.Add("f"u8, 1, default);
        var list = Enumerable.Range(0, 200_000).Aggregate(FileList.Empty, (sum, _) => one.Build() + sum);
        Assert.Equal(200_000, list.Files().Count());
    }

    [Theory]
    [InlineData("a = 1\nb { c = [1, 2, { d = \"x\" }] } # end\n// another\ne = \"\"\"raw { \" \"\"\"\nf : 5s, g = ${a}")]
    [InlineData("{ a = 1 }")]
    [InlineData("")]
    [InlineData("a = \"quoted \\\" brace {\"\n\"/tasks/io\".nr-of-instances = 2\na += 3")]
    [InlineData("a =\n  [\n 1\n 2 ]")]
    public void Sound_hocon_has_no_fault(string hocon) => Assert.Null(HoconSyntax.FirstFault(hocon));

    [Theory]
    [InlineData("a {", 1, 3)]
    [InlineData("a = [1, 2", 1, 5)]
    [InlineData("a { b = [ } ]", 1, 9)]
    [InlineData("\n\n  }", 3, 3)]
    [InlineData("a = \"x\ny\"", 1, 5)]
    [InlineData("a = \"\"\"x", 1, 5)]
    [InlineData("a = ${b", 1, 5)]
    [InlineData("a = \"\\q\"", 1, 6)]
    [InlineData("= 3", 1, 1)]
    [InlineData("a =\n}", 1, 1)]
    [InlineData("a = 1\nnonsense\n", 2, 1)]
    [InlineData("{ a = 1 } b", 1, 11)]
    public void A_fault_in_hocon_is_found_where_it_is(string hocon, int line, int column)
    {
        var fault = HoconSyntax.FirstFault(hocon);
        Assert.Equal((line, column), (fault?.Line, fault?.Column));
    }

    [Fact]
    public void Hocon_that_is_nested_without_end_is_refused_and_not_followed() =>
        Assert.Contains("blocks in each other", HoconSyntax.FirstFault(string.Concat(Enumerable.Repeat("a{", 100_000)))!.What, StringComparison.Ordinal);
}
