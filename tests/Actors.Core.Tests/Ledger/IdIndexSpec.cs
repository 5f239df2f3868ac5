using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class IdIndexSpec
{
    private static readonly TaskType Work = new TaskType<int>(0, "work", 0);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_finds_what_a_dictionary_finds_while_it_grows_and_shrinks(int seed)
    {
        var random = new Random(seed);
        var index = new IdIndex<TaskRecord>();
        var expected = new Dictionary<TaskId, TaskRecord>();
        for (var round = 0; round < 6; round++)
        {
            var isGrowing = round % 2 == 0;
            for (var step = 0; step < 3_000; step++)
            {
                // Of few low bits, so that buckets hold several; now and then one that is there.
                var id = new TaskId((ulong)random.Next(4), (ulong)random.Next(isGrowing ? 2_000 : 1_200));
                if (random.Next(8) < (isGrowing ? 6 : 1))
                {
                    var record = new TaskRecord(id, Work, new Job("any"), null, null);
                    Assert.Equal(expected.TryAdd(id, record), index.TryAdd(record));
                }
                else if (expected.Remove(id, out var removed) || (expected.Count > 0 && expected.Remove(expected.Keys.First(), out removed)))
                {
                    index.Remove(removed);
                    Assert.Null(index.Find(removed.Id));
                }
            }

            Assert.Equal(expected.Count, index.Count);
            Assert.All(expected, pair => Assert.Same(pair.Value, index.Find(pair.Key)));
            Assert.Equal(expected.Values.ToHashSet(), index.All().ToHashSet());
            Assert.Equal(expected.Count, index.All().Count());
        }
    }
}
