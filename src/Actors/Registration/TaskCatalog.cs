using System.Collections.Frozen;
using System.Globalization;
using Actors.Ledger;
using Actors.Storage;
using Akka.Configuration;

namespace Actors.Registration;

/// <summary>The types of an engine that has started. Immutable, and safe for concurrent use.</summary>
internal sealed class TaskCatalog
{
    private readonly FrozenDictionary<Type, TaskType> _types;
    private readonly FrozenDictionary<string, TaskType> _byName;
    private readonly FrozenDictionary<string, Type> _messages;
    private readonly Dictionary<string, UnknownTaskType> _unknown = [];

    private TaskCatalog(IReadOnlyList<TaskType> types, FrozenDictionary<Type, TaskType> byMessage, FrozenDictionary<string, TaskType> byName, FrozenDictionary<string, Type> messages)
    {
        Types = types;
        _types = byMessage;
        _byName = byName;
        _messages = messages;
    }

    public IReadOnlyList<TaskType> Types { get; }

    /// <exception cref="InvalidOperationException">The message's type has no handler.</exception>
    public TaskType TypeOf(ITaskMessage message) => _types.TryGetValue(message.GetType(), out var type)
        ? type
        : throw new InvalidOperationException(
            $"No handler for {message.GetType().FullName}. Register one with AddHandler, or with AddHandlersFrom its assembly.");

    /// <summary>The type that stands under a name in a store.</summary>
    public TaskType TypeNamed(string name)
    {
        if (_byName.TryGetValue(name, out var type))
        {
            return type;
        }

        lock (_unknown)
        {
            return _unknown.TryGetValue(name, out var unknown) ? unknown : _unknown[name] = new UnknownTaskType(Types.Count, name);
        }
    }

    /// <summary>The message type of that name; null where there is none.</summary>
    public Type? MessageNamed(string name) => _messages.GetValueOrDefault(name);

    /// <summary>The type of that name, one without a handler that has been met in the store among them; null where there is none.</summary>
    public TaskType? FindNamed(string name)
    {
        lock (_unknown)
        {
            return _byName.TryGetValue(name, out var type) ? type : _unknown.GetValueOrDefault(name);
        }
    }

    public TaskType? FindTypeOf(ITaskMessage message) => _types.GetValueOrDefault(message.GetType());

    /// <summary>What makes the handlers of a registered message type.</summary>
    public HandlerFactory HandlersOf(Type message) => ((IHandlerType)_types[message]).Handlers;

    /// <summary>Binds what is registered to what is configured.</summary>
    /// <param name="registry">The handlers.</param>
    /// <param name="pools">The names of the pools; a type refers to one by its index.</param>
    /// <param name="overrides">The section <c>actors.types</c>.</param>
    /// <param name="services">Makes the handlers; null where all of them can do without.</param>
    /// <param name="payloads">Writes what goes into the store; null where there is none.</param>
    /// <param name="rules">Limits and rates, with what HOCON says of them; null where it says nothing.</param>
    /// <exception cref="TaskRegistrationException">A task has no handler, a handler cannot be made, a pool is unknown, a name is taken.</exception>
    public static TaskCatalog Build(
        TaskRegistry registry, IReadOnlyList<string> pools, Config? overrides, IServiceProvider? services, PayloadWriter? payloads = null, GateRules? rules = null)
    {
        registry.ThrowIfIncomplete();
        rules ??= new GateRules(null, null);
        var types = new List<TaskType>();
        var byMessage = new Dictionary<Type, TaskType>();
        var byName = new Dictionary<string, Type>(StringComparer.Ordinal);
        var typeByName = new Dictionary<string, TaskType>(StringComparer.Ordinal);
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

            var format = payloads is null ? null : FormatOf(shape, options.Name, payloads);
            var type = (TaskType)Activator.CreateInstance(shape.Binding, new TypeSetting(types.Count, options, pool, handlers, format, rules.Of(shape.Message, options, pool)))!;
            format?.Type = type;
            types.Add(type);
            foreach (var name in options.FormerNames.Prepend(options.Name))
            {
                if (!typeByName.TryAdd(name, type))
                {
                    throw new TaskRegistrationException($"{shape.Message.FullName} and '{typeByName[name].Name}' both have or had the name '{name}'. Give it to one of them.");
                }
            }

            byMessage.Add(shape.Message, type);
        }

        rules.ThrowIfUnused();
        if (overrides is not null)
        {
            var unknown = overrides.Root.GetObject().Items.Keys.FirstOrDefault(name => !byName.ContainsKey(name));
            if (unknown is not null)
            {
                throw new TaskRegistrationException(
                    $"actors.types.{unknown} configures a task type that is not registered. The types are {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}.");
            }
        }

        return new TaskCatalog(types, byMessage.ToFrozenDictionary(), typeByName.ToFrozenDictionary(StringComparer.Ordinal), byName.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static JsonTaskFormat FormatOf(HandlerShape shape, string name, PayloadWriter payloads)
    {
        var arguments = shape.Binding.GetGenericArguments();
        var state = shape.Binding.GetGenericTypeDefinition() == typeof(FoldType<,,,>) ? arguments[2] : null;
        try
        {
            return new JsonTaskFormat(payloads, name, shape.Message, arguments[^1], state);
        }
        catch (PayloadException exception)
        {
            throw new TaskRegistrationException($"{shape.Message.FullName} cannot stand in a store. {exception.Message}", exception);
        }
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
                Priority = config.HasPath("priority") ? config.GetInt("priority") : options.Priority,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or ConfigurationException)
        {
            throw new TaskRegistrationException(
                string.Create(CultureInfo.InvariantCulture, $"actors.types.{options.Name} cannot be used: {exception.Message}"), exception);
        }
    }
}
