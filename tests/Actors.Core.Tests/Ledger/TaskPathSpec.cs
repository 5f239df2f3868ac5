using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class TaskPathSpec
{
    private static readonly TaskId Root = TaskId.FromKey("root");

    [Fact]
    public void A_root_has_only_itself()
    {
        Assert.Equal([Root], TaskPath.From(Root, null));
        Assert.Equal((0, 1, Root), (TaskPath.Root(Root).Depth, TaskPath.Root(Root).Length, TaskPath.Root(Root).RootId));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(511)]
    [InlineData(512)]
    public void A_path_of_up_to_512_steps_is_exact(int depth)
    {
        var (path, ids) = Chain(depth - 1);
        var leaf = ids[^1].Child(0);

        Assert.Equal([leaf, .. ids.Reverse<TaskId>()], TaskPath.From(leaf, path));
    }

    [Theory]
    [InlineData(513)]
    [InlineData(700)]
    [InlineData(767)]
    [InlineData(768)]
    [InlineData(769)]
    [InlineData(5_000)]
    public void A_longer_path_has_the_nearest_256_or_more_and_the_root(int depth)
    {
        var (path, ids) = Chain(depth - 1);
        var leaf = ids[^1].Child(0);

        var told = TaskPath.From(leaf, path);

        Assert.InRange(told.Count, 257, TaskPath.LengthMax + 2);
        Assert.Equal(leaf, told[0]);
        Assert.Equal(Root, told[^1]);
        Assert.Equal(ids.Reverse<TaskId>().Take(told.Count - 2), told.Skip(1).Take(told.Count - 2));
    }

    [Fact]
    public void An_endless_chain_holds_a_bounded_path()
    {
        const int Steps = 1_000_000;
        var path = TaskPath.Root(Root);
        for (var step = 0; step < Steps; step++)
        {
            path = path.Child(path.Id.Child(0));
            Assert.InRange(path.Length, 1, TaskPath.LengthMax);
        }

        Assert.Equal(Steps, path.Depth);
        Assert.Equal(Root, path.RootId);
        var held = 0;
        for (TaskPath? step = path; step is not null; step = step.Parent)
        {
            held++;
        }

        Assert.Equal(path.Length, held);
    }

    [Fact]
    public void A_trimmed_path_keeps_the_depth_of_each_of_its_steps()
    {
        var (path, _) = Chain(2_000);

        for (var step = path; step.Parent is { } parent; step = parent)
        {
            Assert.Equal(step.Depth - 1, parent.Depth);
        }
    }

    private static (TaskPath Path, List<TaskId> Ids) Chain(int depth)
    {
        var path = TaskPath.Root(Root);
        List<TaskId> ids = [Root];
        for (var step = 0; step < depth; step++)
        {
            path = path.Child(path.Id.Child(0));
            ids.Add(path.Id);
        }

        return (path, ids);
    }
}
