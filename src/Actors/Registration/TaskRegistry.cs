using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Actors;

/// <summary>
/// Which handlers there are, and how their tasks are treated: filled at start-up, read once when the engine starts. Not safe for concurrent use.
/// </summary>
public sealed class TaskRegistry
{
    private readonly Dictionary<Type, Registration.HandlerShape> _shapes = [];
    private readonly List<Type> _declared = [];
    private readonly Dictionary<Type, Func<TaskTypeOptions, TaskTypeOptions>> _configure = [];
    private readonly Dictionary<string, Schedules.ScheduleDeclaration> _schedules = new(StringComparer.Ordinal);

    /// <summary>What code says of the store; null leaves it to HOCON.</summary>
    internal string? StoreLocation { get; private set; }

    internal JsonSerializerOptions? Json { get; private set; }

    internal IPayloadProtector? Protector { get; private set; }

    internal IReadOnlyDictionary<Type, Registration.HandlerShape> Shapes => _shapes;

    internal IReadOnlyDictionary<string, Schedules.ScheduleDeclaration> Schedules => _schedules;

    /// <summary>Adds a handler. What it handles follows from the handler interfaces that it implements: one or several.</summary>
    /// <typeparam name="THandler">A class that dependency injection can make.</typeparam>
    /// <exception cref="TaskRegistrationException">It handles nothing, or a task that another handler handles already.</exception>
    public TaskRegistry AddHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)] THandler>()
        where THandler : class =>
        AddHandler(typeof(THandler));

    /// <inheritdoc cref="AddHandler{THandler}"/>
    /// <param name="handler">A class that dependency injection can make.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public TaskRegistry AddHandler(Type handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var shapes = Registration.HandlerShape.Of(handler);
        if (shapes.Count == 0)
        {
            throw new TaskRegistrationException($"{handler} handles nothing: it implements none of the handler interfaces, such as ITaskHandler<TTask, TResult>.");
        }

        foreach (var shape in shapes)
        {
            if (!_shapes.TryAdd(shape.Message, shape) && _shapes[shape.Message] != shape)
            {
                throw new TaskRegistrationException(
                    $"{shape.Message} has two handlers, {_shapes[shape.Message].Handler} and {handler}. Register one of them.");
            }
        }

        return this;
    }

    /// <summary>Adds every handler class of an assembly. Every task, join and fold of that assembly must then have one.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="assembly"/> is null.</exception>
    /// <exception cref="TaskRegistrationException">A task has two handlers.</exception>
    public TaskRegistry AddHandlersFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes().Where(static type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }))
        {
            if (typeof(ITaskMessage).IsAssignableFrom(type))
            {
                _declared.Add(type);
            }
            else if (Registration.HandlerShape.Of(type).Count > 0)
            {
                AddHandler(type);
            }
        }

        return this;
    }

    /// <summary>Declares a task, join or fold: the engine does not start unless it has a handler.</summary>
    public TaskRegistry AddTask<TTask>()
        where TTask : class, ITaskMessage
    {
        _declared.Add(typeof(TTask));
        return this;
    }

    /// <summary>Says how the tasks of one type are treated; what is said later goes on from what was said before.</summary>
    /// <typeparam name="TTask">The task, join or fold.</typeparam>
    /// <param name="change">From the options so far to those that hold.</param>
    /// <exception cref="ArgumentNullException"><paramref name="change"/> is null.</exception>
    public TaskRegistry Configure<TTask>(Func<TaskTypeOptions, TaskTypeOptions> change)
        where TTask : class, ITaskMessage
    {
        ArgumentNullException.ThrowIfNull(change);
        _declared.Add(typeof(TTask));
        _configure[typeof(TTask)] = _configure.TryGetValue(typeof(TTask), out var before)
            ? options => change(before(options))
            : change;
        return this;
    }

    /// <summary>Declares a schedule: it is there once the engine has started, and with a store goes on where it was when another process had it.</summary>
    /// <remarks>
    /// What is changed at run time, through <see cref="TaskSchedules"/>, stays so until the declaration is another one. With a store, a schedule that is not declared
    /// any more rests: it is listed, and fires nothing. HOCON <c>actors.schedules.&lt;name&gt;</c> goes before what is said here.
    /// </remarks>
    /// <param name="name">Its name; unique, compared ordinally.</param>
    /// <param name="schedule">When it fires; what cannot be read shows when the engine starts.</param>
    /// <param name="task">The root of each firing.</param>
    /// <param name="options">How it fires; null means the defaults.</param>
    /// <typeparam name="TResult">What the task yields.</typeparam>
    /// <exception cref="TaskRegistrationException">There is one of that name already.</exception>
    public TaskRegistry AddSchedule<TResult>(string name, Schedule schedule, ITask<TResult> task, ScheduleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(task);
        if (!_schedules.TryAdd(name, new Schedules.ScheduleDeclaration(name, schedule, task, options ?? new ScheduleOptions())))
        {
            throw new TaskRegistrationException($"There are two schedules '{name}'. Give one of them another name.");
        }

        return this;
    }

    /// <summary>Makes tasks durable. Goes before <c>actors.store.location</c> of HOCON.</summary>
    /// <param name="location"><c>sqlite:FILE</c>, with the package Actors.Sqlite; or <c>postgres:CONNECTION</c>, with the package Actors.PostgreSql; or <c>memory</c>, for none.</param>
    /// <returns>This.</returns>
    public TaskRegistry UseStore(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        StoreLocation = location;
        return this;
    }

    /// <summary>How messages and results are written into a store: converters, naming, source-generated contexts.</summary>
    /// <param name="options">The options; they are copied. What is written with one set must be readable with the next.</param>
    /// <returns>This.</returns>
    public TaskRegistry UseJson(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Json = new JsonSerializerOptions(options);
        return this;
    }

    /// <summary>Encrypts messages, results and the state of folds before they reach a store.</summary>
    /// <param name="protector">Safe for concurrent use.</param>
    /// <returns>This.</returns>
    public TaskRegistry ProtectPayloads(IPayloadProtector protector)
    {
        ArgumentNullException.ThrowIfNull(protector);
        Protector = protector;
        return this;
    }

    /// <summary>What holds for a type, as far as code says.</summary>
    internal TaskTypeOptions OptionsOf(Type message)
    {
        var named = message.GetCustomAttribute<TaskNameAttribute>();
        var options = new TaskTypeOptions { Name = named?.Name ?? Registration.HandlerShape.NameOf(message), FormerNames = named?.FormerNames ?? [] };
        return _configure.TryGetValue(message, out var change) ? change(options) : options;
    }

    /// <exception cref="TaskRegistrationException">A declared task has no handler.</exception>
    internal void ThrowIfIncomplete()
    {
        var missing = _declared.Where(type => !_shapes.ContainsKey(type)).Distinct().ToArray();
        if (missing.Length > 0)
        {
            throw new TaskRegistrationException(
                $"No handler for {string.Join(", ", missing.Select(static type => type.FullName))}. Register one with AddHandler, or with AddHandlersFrom its assembly.");
        }
    }
}
