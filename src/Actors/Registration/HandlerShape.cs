namespace Actors.Registration;

/// <summary>That a class handles a message, and in which form.</summary>
/// <param name="Handler">The class.</param>
/// <param name="Message">The task, join or fold.</param>
/// <param name="Binding">The heir of <see cref="HandlerType{TResult}"/> that calls it.</param>
internal sealed record HandlerShape(Type Handler, Type Message, Type Binding)
{
    private static readonly Dictionary<Type, Type> Bindings = new()
    {
        [typeof(ITaskHandler<,>)] = typeof(SyncTaskType<,>),
        [typeof(IAsyncTaskHandler<,>)] = typeof(AsyncTaskType<,>),
        [typeof(IJoinHandler<,,>)] = typeof(JoinType<,,>),
        [typeof(IAsyncJoinHandler<,,>)] = typeof(AsyncJoinType<,,>),
        [typeof(IJoinHandler<,,,>)] = typeof(JoinType<,,,>),
        [typeof(IJoinHandler<,,,,>)] = typeof(JoinType<,,,,>),
        [typeof(IFoldHandler<,,,>)] = typeof(FoldType<,,,>),
    };

    /// <summary>All that the class handles.</summary>
    /// <exception cref="TaskRegistrationException">It handles one message in two forms.</exception>
    public static IReadOnlyList<HandlerShape> Of(Type handler)
    {
        var shapes = new List<HandlerShape>();
        foreach (var form in handler.GetInterfaces())
        {
            if (!form.IsGenericType || !Bindings.TryGetValue(form.GetGenericTypeDefinition(), out var binding))
            {
                continue;
            }

            var arguments = form.GetGenericArguments();
            if (shapes.Find(shape => shape.Message == arguments[0]) is not null)
            {
                throw new TaskRegistrationException($"{handler} handles {arguments[0]} in two forms. Keep one of them.");
            }

            shapes.Add(new HandlerShape(handler, arguments[0], binding.MakeGenericType(arguments)));
        }

        return shapes;
    }

    /// <summary>The interface through which such a type calls its handler.</summary>
    /// <param name="binding">An heir of <see cref="HandlerType{TResult}"/>.</param>
    public static Type FormOf(Type binding)
    {
        var definition = binding.GetGenericTypeDefinition();
        return Bindings.Single(pair => pair.Value == definition).Key.MakeGenericType(binding.GetGenericArguments());
    }

    public static string NameOf(Type message)
    {
        var name = message.Name;
        if (!message.IsGenericType)
        {
            return name;
        }

        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(",", message.GetGenericArguments().Select(NameOf))}>";
    }
}
