using System.Diagnostics.CodeAnalysis;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Actors.Console.Configuration;

/// <summary>The configuration: environment variables over the HOCON file over what the program was built with.</summary>
internal static class HoconSource
{
    private const string DefaultFile = "hocon/actors.conf";
    private const string BuiltIn = "actors.conf";
    private const int IncludesMax = 20;

    private static readonly string[] Sections = ["akka", "actors"];

    /// <summary>Reads it all.</summary>
    /// <param name="file">The file that was asked for; null for <c>hocon/actors.conf</c> beside the executable, or else in the current folder.</param>
    /// <exception cref="UsageException">A file is missing or broken; the message names file, line and column.</exception>
    public static Config Load(string? file)
    {
        var found = file ?? Default();
        var config = found is null ? Config.Empty : ReadFile(found, includes: 0);
        return FromEnvironment().WithFallback(config).WithFallback(ReadBuiltIn());
    }

    /// <summary>
    /// What the environment says, in Akka.Hosting's way: <c>ACTORS__CONSOLE__LOG__LEVEL</c> is <c>actors.console.log.level</c>; two
    /// underscores are a dot, one is a dash.
    /// </summary>
    public static Config FromEnvironment()
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return Sections
            .Select(environment.GetSection)
            .Where(section => section.GetChildren().Any())
            .Aggregate(Config.Empty, (all, section) => all.WithFallback(section.ToHocon()));
    }

    /// <summary>Parses a HOCON text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">How to name it in an error.</param>
    /// <param name="include">Gets what an <c>include</c> names.</param>
    /// <exception cref="UsageException">It is broken; the message names line and column.</exception>
    public static Config Parse(string text, string name, Func<string, HoconRoot> include)
    {
        if (HoconSyntax.FirstFault(text) is { } fault)
        {
            throw Broken(name, fault);
        }

        try
        {
            return ConfigurationFactory.ParseString(text, include);
        }
        catch (Exception broken) when (broken is not UsageException)
        {
            throw Broken(name, FaultOf(text, broken), broken);
        }
    }

    private static string? Default()
    {
        string[] places = [Path.Combine(AppContext.BaseDirectory, DefaultFile), DefaultFile];
        return places.FirstOrDefault(File.Exists);
    }

    private static Config ReadFile(string file, int includes)
    {
        if (includes > IncludesMax)
        {
            throw new UsageException($"{file}: more than {IncludesMax} files include each other");
        }

        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{file}: {(File.Exists(file) || Directory.Exists(file) ? "the configuration cannot be read" : "there is no such configuration file")}", unreadable);
        }

        return Parse(text, file, included => ReadFile(Path.Combine(Path.GetDirectoryName(file) ?? "", included), includes + 1).Root is var root
            ? new HoconRoot(root)
            : throw new UsageException($"{file}: nothing included"));
    }

    [SuppressMessage("Usage", "CA2201", Justification = "the resource is part of this assembly: without it the build is broken")]
    private static Config ReadBuiltIn()
    {
        using var stream = typeof(HoconSource).Assembly.GetManifestResourceStream(BuiltIn) ?? throw new InvalidOperationException($"The resource {BuiltIn} is missing.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    // Akka's parser tells what, but not where. What it names can be found again.
    private static HoconFault FaultOf(string text, Exception broken)
    {
        const string Unresolved = "Unresolved substitution: ";
        var what = broken.Message.ReplaceLineEndings(" ").Trim();
        var named = what.StartsWith(Unresolved, StringComparison.Ordinal) ? "${" + what[Unresolved.Length..] : null;
        var at = named is null ? -1 : text.IndexOf(named, StringComparison.Ordinal);
        return HoconSyntax.Locate(text, Math.Max(at, 0), what);
    }

    private static UsageException Broken(string name, HoconFault fault, Exception? cause = null) =>
        new($"{name}:{fault.Line}:{fault.Column}: {fault.What}", cause);
}
