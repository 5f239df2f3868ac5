using Actors.Tests.Ban;
using PublicApiGenerator;

namespace Actors.Tests.Tidy;

/// <summary>The surface of each package is one approved text: whoever changes it sees it in the diff of that text.</summary>
public sealed class PublicApiSpec
{
    /// <summary>Set to 1 to approve what is there.</summary>
    private const string Accept = "ACTORS_ACCEPT_API";

    public static TheoryData<string> Packages => new("Actors.Core", "Actors", "Actors.TestKit", "Actors.Sqlite", "Actors.PostgreSql");

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_surface_is_the_approved_one(string package)
    {
        var approvedFile = Path.Combine(SourceTree.Root, "tests", "Actors.Tests", "Tidy", $"PublicApiSpec.{package}.verified.txt");
        var assembly = package switch
        {
            "Actors" => typeof(TaskEngine).Assembly,
            "Actors.Sqlite" => typeof(Sqlite.SqliteTaskInbox).Assembly,
            "Actors.PostgreSql" => typeof(PostgreSql.PostgreSqlTaskInbox).Assembly,
            "Actors.TestKit" => typeof(Actors.TestKit.TaskHistory).Assembly,
            _ => typeof(TaskId).Assembly,
        };
        var surface = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] })
            .ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(approvedFile, surface);
        }

        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        var (before, now) = (approved.Split('\n'), surface.Split('\n'));
        Assert.True(
            approved == surface,
            $"The surface of {package} has changed. If that is meant, run this spec with {Accept}=1 and commit {Path.GetFileName(approvedFile)}.\n"
            + string.Join('\n', before.Except(now).Select(static line => $"- {line}").Concat(now.Except(before).Select(static line => $"+ {line}"))));
    }
}
