using System.Collections.Frozen;
using System.Globalization;
using Actors.Ledger;
using Akka.Configuration;

namespace Actors.Registration;

/// <summary>The types of an engine that has started. Immutable, and safe for concurrent use.</summary>
internal sealed class TaskCatalog
{
    private readonly FrozenDictionary<Type, TaskType> _types;

    private TaskCatalog(IReadOnlyList<TaskType> types, FrozenDictionary<Type, TaskType> byMessage)
    {
        Types = types;
        _types = byMessage;
    }

    public IReadOnlyList<TaskType> Types { get; }

    /// <exception cref="InvalidOperationException">The message's type has no handler.</exception>
    public TaskType TypeOf(ITaskMessage message) => _types.TryGetValue(message.GetType(), out var type)
        ? type
        : throw new InvalidOperationException(
            $"No handler for {message.GetType().FullName}. Register one with AddHandler, or with AddHandlersFrom its assembly.");

    public TaskType? FindTypeOf(ITaskMessage message) => _types.GetValueOrDefault(message.GetType());

    /// <summary>What makes the handlers of a registered message type.</summary>
    public HandlerFactory HandlersOf(Type message) => ((IHandlerType)_types[message]).Handlers;

    /// <summary>Binds what is registered to what is configured.</summary>
    /// <param name="registry">The handlers.</param>
    /// <param name="pools">The names of the pools; a type refers to one by its index.</param>
    /// <param name="overrides">The section <c>actors.types</c>.</param>
    /// <param name="services">Makes the handlers; null where all of them can do without.</param>
    /// <exception cref="TaskRegistrationException">A task has no handler, a handler cannot be made, a pool is unknown, a name is taken.</exception>
    public static TaskCatalog Build(TaskRegistry registry, IReadOnlyList<string> pools, Config? overrides, IServiceProvider? services)
    {
        registry.ThrowIfIncomplete();
        var types = new List<TaskType>();
        var byMessage = new Dictionary<Type, TaskType>();
        var byName = new Dictionary<string, Type>(StringComparer.Ordinal);
        var factories = new Dictionary<Type, HandlerFactory>();
        foreach (var shape in registry.Shapes.Values)
        {
            var options = Override(registry.OptionsOf(shape.Message), overrides);
            if (!byName.TryAdd(options.Name, shape.Message))
            {
                throw new TaskRegistrationException(
                    $"{shape.Message.FullName} and {byName[options.Name].FullName} are both named '{options.Name}'. Configure one of them with another Name.");
            }

            var pool = pools.ToList().IndexOf(options.Pool);
            if (pool < 0)
            {
                throw new TaskRegistrationException(
                    $"{shape.Message.FullName} is mapped to pool '{options.Pool}', and the pools are {string.Join(", ", pools)}. Deploy \"/tasks/{options.Pool}\" in akka.actor.deployment, or map the type to another pool.");
            }

            if (!factories.TryGetValue(shape.Handler, out var handlers))
            {
                factories.Add(shape.Handler, handlers = new HandlerFactory(shape.Handler, services));
            }

            var type = (TaskType)Activator.CreateInstance(shape.Binding, new TypeSetting(types.Count, options, pool, handlers))!;
            types.Add(type);
            byMessage.Add(shape.Message, type);
        }

        if (overrides is not null)
        {
            var unknown = overrides.Root.GetObject().Items.Keys.FirstOrDefault(name => !byName.ContainsKey(name));
            if (unknown is not null)
            {
                throw new TaskRegistrationException(
                    $"actors.types.{unknown} configures a task type that is not registered. The types are {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}.");
            }
        }

        return new TaskCatalog(types, byMessage.ToFrozenDictionary());
    }

    private static TaskTypeOptions Override(TaskTypeOptions options, Config? overrides)
    {
        if (overrides?.GetConfig($"\"{options.Name}\"") is not { IsEmpty: false } config)
        {
            return options;
        }

        try
        {
            var retry = options.Retry;
            if (config.GetConfig("retry") is { IsEmpty: false } given)
            {
                retry = (retry.MaxAttempts > 1 ? retry : RetryPolicy.Default) with
                {
                    MaxAttempts = given.GetInt("max-attempts", (retry.MaxAttempts > 1 ? retry : RetryPolicy.Default).MaxAttempts),
                    Delay = given.GetTimeSpan("delay", retry.Delay),
                    Factor = given.GetDouble("factor", retry.Factor),
                    MaxDelay = given.GetTimeSpan("max-delay", retry.MaxDelay),
                    Jitter = given.GetDouble("jitter", retry.Jitter),
                };
            }

            return options with
            {
                Pool = config.GetString("pool", options.Pool),
                Timeout = config.HasPath("timeout") ? config.GetTimeSpan("timeout") : options.Timeout,
                Retry = retry,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or ConfigurationException)
        {
            throw new TaskRegistrationException(
                string.Create(CultureInfo.InvariantCulture, $"actors.types.{options.Name} cannot be used: {exception.Message}"), exception);
        }
    }
}
