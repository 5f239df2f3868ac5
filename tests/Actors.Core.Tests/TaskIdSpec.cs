using CsCheck;

namespace Actors.Core.Tests;

public sealed class TaskIdSpec
{
    private static readonly TaskId Parent = TaskId.FromKey("parent");

    [Fact]
    public void The_same_parent_and_place_give_the_same_id()
    {
        Assert.Equal(TaskId.FromKey("parent").Child(7), Parent.Child(7));
        Assert.Equal(TaskId.FromKey("parent").Child("seven"), Parent.Child("seven"));
    }

    [Fact]
    public void An_id_is_the_same_in_every_process_and_version()
    {
        Assert.Equal("4ef16f9701d448bb92b662a084cb648a", TaskId.FromKey("parent").ToString());
        Assert.Equal("cdb9eec447975ee5bbd40e04a9be5fde", new TaskId(1, 2).Child(3).ToString());
        Assert.Equal("9afdf5d40f7ac0d877f1a484afa236b2", new TaskId(1, 2).Child("three").ToString());
    }

    [Fact]
    public void A_million_children_have_a_million_ids()
    {
        const int Children = 1_000_000;
        var ids = new HashSet<TaskId>(Children);
        for (var ordinal = 0; ordinal < Children; ordinal++)
        {
            Assert.True(ids.Add(Parent.Child(ordinal)));
        }
    }

    [Fact]
    public void A_million_generations_have_a_million_ids()
    {
        const int Generations = 1_000_000;
        var ids = new HashSet<TaskId>(Generations);
        var id = Parent;
        for (var generation = 0; generation < Generations; generation++)
        {
            Assert.True(ids.Add(id = id.Child(0)));
        }
    }

    [Fact]
    public void A_hundred_thousand_keys_have_as_many_ids()
    {
        const int Keys = 100_000;
        var ids = new HashSet<TaskId>(Keys);
        for (var number = 0; number < Keys; number++)
        {
            Assert.True(ids.Add(Parent.Child($"key {number}")));
        }
    }

    [Fact]
    public void The_kinds_of_children_are_kept_apart()
    {
        TaskId[] ids =
        [
            Parent, Parent.Child(0), Parent.Child("0"), Parent.Child("\0"), Parent.Join(), Parent.Completion(), Parent.Told(0), Parent.Now(0),
            TaskId.FromKey("0"), TaskId.FromKey("root"),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Keys_that_resemble_each_other_name_different_children() =>
        Gen.Select(Gen.String[1, 8], Gen.String[1, 8]).Sample((one, other) =>
            Assert.Equal(one == other, Parent.Child(one) == Parent.Child(other)));

    [Fact]
    public void Different_parents_have_different_children() =>
        Gen.Select(Ids, Ids, Gen.Int[0, 3]).Sample((one, other, ordinal) =>
            Assert.Equal(one == other, one.Child(ordinal) == other.Child(ordinal)));

    [Fact]
    public void What_was_printed_is_read_back() =>
        Ids.Sample(id =>
        {
            Assert.True(TaskId.TryParse(id.ToString(), out var read));
            Assert.Equal(id, read);
            Assert.Matches("^[0-9a-f]{32}$", id.ToString());
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    [InlineData(" 123456789abcdef0123456789abcdef")]
    [InlineData("+123456789abcdef-123456789abcdef")]
    public void What_is_not_32_hexadecimal_digits_is_no_id(string? text)
    {
        Assert.False(TaskId.TryParse(text, out var id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void A_guid_and_its_id_print_the_same_digits()
    {
        var guid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

        Assert.Equal("00112233445566778899aabbccddeeff", TaskId.FromGuid(guid).ToString());
    }

    [Fact]
    public void Ids_are_ordered_as_they_are_printed() =>
        Gen.Select(Ids, Ids).Sample((one, other) =>
        {
            var printed = Math.Sign(string.CompareOrdinal(one.ToString(), other.ToString()));
            Assert.Equal(printed, Math.Sign(one.CompareTo(other)));
            Assert.Equal(printed < 0, one < other);
            Assert.Equal(printed <= 0, one <= other);
            Assert.Equal(printed > 0, one > other);
            Assert.Equal(printed >= 0, one >= other);
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_key_must_not_be_empty(string? key)
    {
        Assert.ThrowsAny<ArgumentException>(() => TaskId.FromKey(key!));
        Assert.ThrowsAny<ArgumentException>(() => Parent.Child(key!));
    }

    private static Gen<TaskId> Ids => Gen.Select(Gen.ULong, Gen.ULong, static (high, low) => new TaskId(high, low));
}
