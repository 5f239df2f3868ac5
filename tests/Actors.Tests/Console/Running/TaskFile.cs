using System.Text.Json;

namespace Actors.Tests.Console.Running;

/// <summary>A file of tasks in a folder of its own, and what came of them.</summary>
internal sealed class TaskFile : IDisposable
{
    private const string Name = "tasks.jsonl";

    private readonly TempFolder _folder = new();

    public string Folder => _folder.Path;

    /// <summary>What each line that names a key came to, by its key; of the run that was last.</summary>
    public IReadOnlyDictionary<string, JsonElement> Results => Lines(Path.Combine(Folder, "results.jsonl"))
        .Where(static line => line.TryGetProperty("key", out _)).ToDictionary(static line => line.GetProperty("key").GetString()!);

    public static string Exec(string key, string program, params string[] arguments) => Exec(key, new { program, arguments });

    /// <summary>A script of bash, which is as good as any program.</summary>
    public static string Script(string key, string script) => Exec(key, "bash", "-c", script);

    public static string Exec(string key, object data, object? options = null)
    {
        var line = new Dictionary<string, object> { ["task"] = "exec", ["key"] = key, ["data"] = data };
        foreach (var property in options?.GetType().GetProperties() ?? [])
        {
            line[property.Name] = property.GetValue(options)!;
        }

        return JsonSerializer.Serialize(line);
    }

    public TaskFile Write(params IEnumerable<string> lines)
    {
        File.WriteAllLines(Path.Combine(Folder, Name), lines);
        return this;
    }

    public void Put(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    public string[] Read(string name) => File.Exists(Path.Combine(Folder, name)) ? File.ReadAllLines(Path.Combine(Folder, name)) : [];

    public Task<ConsoleRun> RunAsync(params string[] arguments) => RunAsync(new RunOptions(), arguments);

    public Task<ConsoleRun> RunAsync(RunOptions options, params string[] arguments) =>
        ConsoleRun.OfAsync(options with { Folder = Folder }, ["run", Name, "--results", "results.jsonl", "--json", .. arguments]);

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<JsonElement> Lines(string file) => File.ReadLines(file).Select(static line => JsonDocument.Parse(line).RootElement);
}
