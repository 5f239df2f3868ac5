using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;
using Akka.Configuration;

namespace Actors.Schedules;

/// <summary>Reads the schedules that code and configuration declare, and refuses those that cannot be used.</summary>
internal sealed class DeclaredSchedules
{
    private const string Section = "actors.schedules.";

    /// <summary>The mark of all where nothing outlives the process, and nothing is compared.</summary>
    private const string InMemory = "declared";

    private static readonly string[] Keys = ["cron", "zone", "every", "type", "message", "misfire", "misfires-max", "late-after", "overlap"];

    private readonly TaskRegistry _registry;
    private readonly TaskCatalog _catalog;
    private readonly PayloadWriter _plain;

    private DeclaredSchedules(TaskRegistry registry, TaskCatalog catalog)
    {
        (_registry, _catalog) = (registry, catalog);
        _plain = new PayloadWriter(registry.Json is null ? null : new JsonSerializerOptions(registry.Json), null, int.MaxValue);
    }

    /// <summary>All of them, by name. What configuration says goes before what code says.</summary>
    /// <param name="registry">Code.</param>
    /// <param name="configured">The section <c>actors.schedules</c>; null where there is none.</param>
    /// <param name="catalog">The task types.</param>
    /// <exception cref="TaskRegistrationException">One cannot be used: the message names it, what is wrong, and the remedy.</exception>
    public static IReadOnlyDictionary<string, ScheduleDefinition> Read(TaskRegistry registry, Config? configured, TaskCatalog catalog)
    {
        var reader = new DeclaredSchedules(registry, catalog);
        var declared = new SortedDictionary<string, ScheduleDefinition>(StringComparer.Ordinal);
        try
        {
            foreach (var schedule in registry.Schedules.Values)
            {
                declared[schedule.Name] = reader.Define(schedule);
            }

            if (configured is { IsEmpty: false })
            {
                foreach (var name in configured.Root.GetObject().Items.Keys)
                {
                    declared[name] = reader.Define(reader.Read(name, configured.GetConfig($"\"{name}\"")));
                }
            }
        }
        catch (Exception exception) when (exception is ArgumentException or PayloadException or InvalidOperationException)
        {
            throw new TaskRegistrationException(exception.Message, exception);
        }

        return declared;
    }

    private ScheduleDefinition Define(ScheduleDeclaration schedule)
    {
        var definition = ScheduleTimes.Define(schedule.Name, schedule.When, schedule.Task, schedule.Options, _catalog);
        return definition with { Declared = definition.Payload is null ? InMemory : MarkOf(definition) };
    }

    /// <summary>Tells one declaration from another, and nothing of the message.</summary>
    private string MarkOf(ScheduleDefinition definition)
    {
        var message = _plain.Write(definition.Message, _plain.InfoOf(definition.Message!.GetType(), definition.Type.Name), $"The message of task type '{definition.Type.Name}'");
        return Convert.ToHexStringLower(SHA256.HashData(StoredSchedule.Of(definition with { Payload = message }).Write()));
    }

    private ScheduleDeclaration Read(string name, Config config)
    {
        var unknown = config.Root.GetObject().Items.Keys.FirstOrDefault(static key => !Keys.Contains(key));
        if (unknown is not null)
        {
            throw new ArgumentException($"{Section}{name}.{unknown} is no key of a schedule. The keys are {string.Join(", ", Keys)}.");
        }

        _registry.Schedules.TryGetValue(name, out var coded);
        var (when, options) = (WhenOf(name, config, coded), OptionsOf(name, config, coded?.Options ?? new ScheduleOptions()));
        return new ScheduleDeclaration(name, when, TaskOf(name, config, coded), options);
    }

    private static Schedule WhenOf(string name, Config config, ScheduleDeclaration? coded)
    {
        if (config.HasPath("cron") && config.HasPath("every"))
        {
            throw new ArgumentException($"{Section}{name} has both cron and every. Keep one of them.");
        }

        if (config.HasPath("every"))
        {
            return Guarded(name, "every", config, static (section, key) => Schedule.Every(section.GetTimeSpan(key)), "a time of at least a second, such as 15m");
        }

        var zone = config.HasPath("zone") ? config.GetString("zone") : coded?.When.Zone ?? "UTC";
        return config.HasPath("cron") ? Schedule.Cron(config.GetString("cron"), zone)
            : coded is { When.Expression: { } expression } ? Schedule.Cron(expression, zone)
            : coded?.When ?? throw new ArgumentException($"{Section}{name} has neither cron nor every. Write one of them: cron = \"0 3 * * *\", or every = 15m.");
    }

    private ITaskMessage TaskOf(string name, Config config, ScheduleDeclaration? coded)
    {
        if (!config.HasPath("type") && !config.HasPath("message") && coded is not null)
        {
            return coded.Task;
        }

        var typeName = config.HasPath("type") ? config.GetString("type") : coded is null ? null : _catalog.TypeOf(coded.Task).Name;
        var message = typeName is null ? null : _catalog.MessageNamed(typeName);
        if (message is null || !message.GetInterfaces().Any(static form => form.IsGenericType && form.GetGenericTypeDefinition() == typeof(ITask<>)))
        {
            throw new ArgumentException(
                $"{Section}{name}.type is '{typeName}', which is no task type. The types are {string.Join(", ", _catalog.Types.Select(static type => type.Name).Order(StringComparer.Ordinal))}.");
        }

        // Stricter than what is read from a store: what somebody wrote by hand and mistyped is not to be lost in silence.
        var strict = new JsonSerializerOptions(_registry.Json ?? JsonSerializerOptions.Default)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectRequiredConstructorParameters = true,
        };
        var reader = new PayloadWriter(strict, null, int.MaxValue);
        var text = config.HasPath("message") ? config.GetString("message") : "{}";
        try
        {
            return (ITaskMessage?)JsonSerializer.Deserialize(text, reader.InfoOf(message, typeName!)) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new ArgumentException($"{Section}{name}.message is no {typeName} as JSON: {exception.Message} Write message = \"\"\"{{ ... }}\"\"\".", exception);
        }
    }

    private static ScheduleOptions OptionsOf(string name, Config config, ScheduleOptions coded) => coded with
    {
        Misfire = ChoiceOf(name, "misfire", config, coded.Misfire),
        MisfiresMax = config.HasPath("misfires-max")
            ? Guarded(name, "misfires-max", config, static (section, key) => new ScheduleOptions { MisfiresMax = section.GetInt(key) }.MisfiresMax, "a whole number from 1 to 10000")
            : coded.MisfiresMax,
        LateAfter = config.HasPath("late-after")
            ? Guarded(name, "late-after", config, static (section, key) => new ScheduleOptions { LateAfter = section.GetTimeSpan(key) }.LateAfter, "a time of more than zero and at most 1h")
            : coded.LateAfter,
        Overlap = ChoiceOf(name, "overlap", config, coded.Overlap),
    };

    private static T ChoiceOf<T>(string name, string key, Config config, T coded)
        where T : struct, Enum
    {
        if (!config.HasPath(key))
        {
            return coded;
        }

        var text = config.GetString(key);
        foreach (var value in Enum.GetValues<T>())
        {
            if (text == Named(value))
            {
                return value;
            }
        }

        throw new ArgumentException($"{Section}{name}.{key} is '{text}'; it must be {string.Join(" or ", Enum.GetValues<T>().Select(Named))}.");
    }

    private static string Named<T>(T value)
        where T : struct, Enum => value.ToString().ToLower(CultureInfo.InvariantCulture);

    private static T Guarded<T>(string name, string key, Config config, Func<Config, string, T> read, string form)
    {
        try
        {
            return read(config, key);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or ConfigurationException)
        {
            throw new ArgumentException($"{Section}{name}.{key} is '{config.GetString(key)}'; it must be {form}.", exception);
        }
    }
}
