using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Registration;

/// <summary>Makes a handler for an attempt, in a scope of its own.</summary>
/// <remarks>
/// A handler whose only constructor takes nothing cannot see a scope, so none is made for it. Safe for concurrent use.
/// </remarks>
internal sealed class HandlerFactory
{
    private readonly Func<object>? _plain;
    private readonly object? _stateless;
    private readonly ObjectFactory? _injected;
    private readonly IServiceScopeFactory? _scopes;

    private HandlerFactory(object handler) => _plain = () => handler;

    public HandlerFactory(Type handler, IServiceProvider? services)
    {
        var constructors = handler.GetConstructors();
        if (constructors.Length == 0)
        {
            throw new TaskRegistrationException($"Handler {handler} has no public constructor. Give it one.");
        }

        if (constructors is [{ } only] && only.GetParameters().Length == 0
            && !typeof(IDisposable).IsAssignableFrom(handler) && !typeof(IAsyncDisposable).IsAssignableFrom(handler))
        {
            _plain = Expression.Lambda<Func<object>>(Expression.New(only)).Compile();
            _stateless = HasFields(handler) ? null : _plain();
            return;
        }

        _scopes = services?.GetService<IServiceScopeFactory>() ?? throw new TaskRegistrationException(
            $"Handler {handler} needs services, and the engine was started without a service provider. Pass one, or give the handler a constructor without parameters.");
        try
        {
            _injected = ActivatorUtilities.CreateFactory(handler, Type.EmptyTypes);
        }
        catch (InvalidOperationException exception)
        {
            throw new TaskRegistrationException($"Handler {handler} cannot be made by dependency injection: {exception.Message}", exception);
        }
    }

    /// <summary>Gives the same handler every time: for a test that has made one.</summary>
    public static HandlerFactory Of(object handler) => new(handler);

    /// <summary>Whether <see cref="Make"/> does without a scope.</summary>
    public bool IsPlain => _plain is not null;

    public object Make() => _stateless ?? _plain!();

    /// <summary>What has no fields has nothing that one attempt could leave to the next: one of them does for all.</summary>
    private static bool HasFields(Type? handler) =>
        handler is not null
        && (handler.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0 || HasFields(handler.BaseType));

    public (object Handler, AsyncServiceScope Scope) MakeScoped()
    {
        var scope = _scopes!.CreateAsyncScope();
        try
        {
            return (_injected!(scope.ServiceProvider, null), scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    /// <summary>Makes one handler and throws it away, so that what is missing shows at start-up and not at the first task.</summary>
    /// <exception cref="TaskRegistrationException">It cannot be made; the message names the handler.</exception>
    public async Task TryAsync(Type handler)
    {
        if (IsPlain)
        {
            return;
        }

        try
        {
            var (made, scope) = MakeScoped();
            await DisposeAsync(made, scope).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw new TaskRegistrationException($"Handler {handler} cannot be made by dependency injection: {exception.Message}", exception);
        }
    }

    /// <summary>Ends the attempt's scope, and the handler, which the scope does not know.</summary>
    public static async ValueTask DisposeAsync(object handler, AsyncServiceScope scope)
    {
        if (handler is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync().ConfigureAwait(false);
        }
        else if (handler is IDisposable disposable)
        {
            disposable.Dispose();
        }

        await scope.DisposeAsync().ConfigureAwait(false);
    }
}
