using Actors.Console.Configuration;
using Actors.Console.Exec;
using Akka.Configuration;

namespace Actors.Console.Running;

/// <summary>The section <c>actors.console.run</c>, and what the command line says beside it. Immutable.</summary>
internal sealed record RunSettings
{
    /// <summary>How programs are run.</summary>
    public required ExecSettings Exec { get; init; }

    /// <summary>Lines that may be submitted and not have ended.</summary>
    public required int LinesMax { get; init; }

    /// <summary>Bytes of such lines.</summary>
    public required long BytesMax { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="UsageException">A value cannot be used.</exception>
    public static RunSettings Of(Config config, AllowedPrograms allowed, IReadOnlyList<string> variables)
    {
        var run = new ConfigReader(config, "actors.console.run");
        var engine = new ConfigReader(config, "actors");
        var graceMax = engine.Duration("grace", TimeSpan.Zero) - run.Duration("grace-margin", TimeSpan.Zero);
        var grace = run.Duration("grace", TimeSpan.Zero);
        if (grace > graceMax)
        {
            throw new UsageException($"configuration: actors.console.run.grace is {grace.TotalSeconds:0.###} s; with actors.console.run.grace-margin it must not be more than actors.grace");
        }

        return new RunSettings
        {
            LinesMax = run.Number("read-ahead", 1),
            BytesMax = run.Bytes("read-ahead-bytes"),
            Exec = new ExecSettings
            {
                OutputMax = (int)Math.Min(run.Bytes("output-max"), int.MaxValue / 2),
                Grace = grace,
                GraceMax = graceMax,
                SpawnMax = run.Bytes("spawn-max"),
                LineMax = (int)Math.Min(engine.Bytes("store.payload-max"), int.MaxValue / 2),
                Environment = EnvironmentOf([.. run.Texts("environment"), .. variables]),
                Allowed = allowed,
            },
        };
    }

    /// <param name="variables">Names, whose values are this process's, or <c>NAME=VALUE</c>. The last counts.</param>
    private static Dictionary<string, string> EnvironmentOf(IEnumerable<string> variables)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var end = variable.IndexOf('=', StringComparison.Ordinal);
            var name = end < 0 ? variable : variable[..end];
            if (name.Length == 0)
            {
                throw new UsageException($"--env '{variable}' must be NAME or NAME=VALUE");
            }

            if ((end < 0 ? Environment.GetEnvironmentVariable(name) : variable[(end + 1)..]) is { } value)
            {
                environment[name] = value;
            }
        }

        return environment;
    }
}
