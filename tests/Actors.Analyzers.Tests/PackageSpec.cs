using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Actors.Analyzers.Tests;

/// <summary>The packages as a user gets them: packed, restored into a fresh project, and built there.</summary>
public sealed partial class PackageSpec : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string Root = RootAbove(AppContext.BaseDirectory);
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-package").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_fresh_project_that_references_the_package_gets_its_errors_and_none_where_it_is_clean()
    {
        var version = $"0.1.0-test{DateTime.UtcNow.Ticks}"; // never in anybody's cache
        var feed = Path.Combine(_folder, "feed");
        foreach (var project in new[] { "Actors.Core", "Actors" })
        {
            var packed = await RunAsync(
                Root, "pack", Path.Combine("src", project), "-c", "Release", "-o", feed, "--artifacts-path", Path.Combine(_folder, "artifacts"), $"-p:Version={version}", "-nodeReuse:false");
            Assert.True(packed.ExitCode == 0, packed.Output);
        }

        var user = Directory.CreateDirectory(Path.Combine(_folder, "user")).FullName;
        await File.WriteAllTextAsync(Path.Combine(user, "user.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{feed}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Actors" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(user, "Clean.cs"), """
            using Actors;

            public sealed record Fib(int N) : ITask<long>;
            public sealed record Add : IJoin<long, long>;

            public sealed class Handlers : ITaskHandler<Fib, long>, IJoinHandler<Add, long, long>
            {
                public Ending<long> Handle(Fib task, TaskContext context) =>
                    task.N < 2 ? task.N : context.Join([new Fib(task.N - 1), new Fib(task.N - 2)], new Add());

                public Ending<long> Handle(Add join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context) => outcomes.Sum(outcome => outcome.Value);
            }
            """);
        var clean = await RunAsync(user, "build", "-nodeReuse:false");
        Assert.True(clean.ExitCode == 0, clean.Output);
        Assert.DoesNotMatch("ACT1", clean.Output);

        await File.WriteAllTextAsync(Path.Combine(user, "Mistakes.cs"), """
            using Actors;
            using Akka.Actor;

            public sealed record Wrong(List<int> Numbers, Func<int> Next) : ITask<long>;

            public sealed class Reports
            {
                public int Total() => Task.FromResult(1).Result;
            }

            public static class Kept
            {
                public static TaskContext? Context { get; set; }
            }

            public sealed class WrongHandler(TaskClient client, IActorRef actor, Reports reports) : IAsyncTaskHandler<Wrong, long>
            {
                public async void Forget() => await Task.Yield();

                public async ValueTask<Ending<long>> HandleAsync(Wrong task, TaskContext context)
                {
                    var handle = await client.SubmitAsync(new Fib(1));
                    await Task.Delay(1);
                    Thread.Sleep(1);
                    _ = Task.Run(() => 1);
                    Kept.Context = context;
                    _ = reports.Total();
                    return actor.Ask<long>(1).Result;
                }
            }
            """);
        var wrong = await RunAsync(user, "build", "--no-restore", "-nodeReuse:false");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Equal(
            ["error ACT1001", "error ACT1002", "warning ACT1003", "error ACT1004", "warning ACT1101", "warning ACT1201", "warning ACT1202", "warning ACT1203", "warning ACT1301", "warning ACT1302"],
            Finding().Matches(wrong.Output).Select(static match => match.Value).Distinct().Order().OrderBy(static finding => finding[^4..]));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name); // of the test run that this is part of
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    private static string RootAbove(string folder) =>
        File.Exists(Path.Combine(folder, "Actors.sln")) ? folder : RootAbove(Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!);

    [GeneratedRegex("(error|warning) ACT[0-9]{4}")]
    private static partial Regex Finding();
}
