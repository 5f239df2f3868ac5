namespace Actors.Console.Scanning.Duplicates;

/// <summary>Finds the duplicates among files of one size.</summary>
/// <param name="Files">Two files or more, none of them a hard link to another.</param>
internal sealed record CompareEqualSizes(IReadOnlyList<FileReference> Files) : ITask<DuplicateFindings>;

/// <summary>Groups files by their first block; those that share it are read to the end.</summary>
/// <param name="Files">The files, in the order of the joined tasks.</param>
internal sealed record GroupByFirstBlock(IReadOnlyList<FileReference> Files) : IJoin<ReadResult, DuplicateFindings>;

/// <summary>Groups files by all of their content.</summary>
/// <param name="Files">The files, in the order of the joined tasks.</param>
/// <param name="Errors">What could not be read before.</param>
internal sealed record GroupByContent(IReadOnlyList<FileReference> Files, ErrorList Errors) : IJoin<ReadResult, DuplicateFindings>;

/// <summary>Equal size, then equal first block, then equal SHA-256: each step reads only what the step before could not tell apart.</summary>
internal sealed class CompareEqualSizesHandler
    : ITaskHandler<CompareEqualSizes, DuplicateFindings>,
        IJoinHandler<GroupByFirstBlock, ReadResult, DuplicateFindings>,
        IJoinHandler<GroupByContent, ReadResult, DuplicateFindings>
{
    public Ending<DuplicateFindings> Handle(CompareEqualSizes task, TaskContext context) =>
        context.Join(task.Files.Select(file => new ReadFirstBlock(file)), new GroupByFirstBlock(task.Files), JoinPolicy.Collect);

    public Ending<DuplicateFindings> Handle(GroupByFirstBlock join, IReadOnlyList<Outcome<ReadResult>> outcomes, TaskContext context)
    {
        var groups = DuplicateGrouping.Group(join.Files, outcomes, out var errors);
        if (join.Files[0].Bytes <= FileContent.FirstBlockBytes)
        {
            return DuplicateFindings.Of(groups, errors);
        }

        FileReference[] alike = [.. groups.SelectMany(group => group.Files)];
        return alike.Length == 0
            ? DuplicateFindings.Of([], errors)
            : context.Join(alike.Select(file => new ReadContent(file)), new GroupByContent(alike, errors), JoinPolicy.Collect);
    }

    public Ending<DuplicateFindings> Handle(GroupByContent join, IReadOnlyList<Outcome<ReadResult>> outcomes, TaskContext context)
    {
        var groups = DuplicateGrouping.Group(join.Files, outcomes, out var errors);
        return DuplicateFindings.Of(groups, join.Errors + errors);
    }
}
