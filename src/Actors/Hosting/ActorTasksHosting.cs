using Actors.Hosting;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Actors;

/// <summary>Puts the engine into a host.</summary>
public static class ActorTasksHosting
{
    extension(AkkaConfigurationBuilder builder)
    {
        /// <summary>Starts the engine with the actor system. Its defaults go below whatever HOCON was added.</summary>
        /// <param name="tasks">Registers the handlers.</param>
        /// <exception cref="TaskRegistrationException">A task has two handlers; what else is wrong shows when the host starts.</exception>
        public AkkaConfigurationBuilder AddActorTasks(Action<TaskRegistry> tasks)
        {
            ArgumentNullException.ThrowIfNull(tasks);
            var registry = new TaskRegistry();
            tasks(registry);
            return builder
                .AddHocon(EngineSettings.Reference, HoconAddMode.Append)
                .StartActors(async (ActorSystem system, IActorRegistry _, Akka.DependencyInjection.IDependencyResolver resolver) =>
                    await TaskEngine.Get(system).StartAsync(registry, ServicesOf(system)).ConfigureAwait(false));
        }
    }

    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds an actor system with the engine, the <see cref="TaskClient"/>, the <see cref="TaskSchedules"/> and the <see cref="TaskControl"/> as singletons, and a health check by the name of
        /// <c>actors</c>: unhealthy where the store does not answer or the engine has stopped, degraded while live trees are read from the store.
        /// </summary>
        /// <param name="systemName">The actor system's name.</param>
        /// <param name="tasks">Registers the handlers.</param>
        /// <param name="akka">Configures the actor system further; null means not at all.</param>
        public IServiceCollection AddActorTasks(
            string systemName, Action<TaskRegistry> tasks, Action<AkkaConfigurationBuilder, IServiceProvider>? akka = null)
        {
            services.AddAkka(systemName, (builder, provider) =>
            {
                akka?.Invoke(builder, provider);
                builder.AddActorTasks(tasks);
            });
            services.AddHealthChecks().AddCheck<EngineHealthCheck>("actors");
            return services
                .AddSingleton(static provider => TaskEngine.Get(provider.GetRequiredService<ActorSystem>()).Client)
                .AddSingleton(static provider => TaskEngine.Get(provider.GetRequiredService<ActorSystem>()).Schedules)
                .AddSingleton(static provider => TaskEngine.Get(provider.GetRequiredService<ActorSystem>()).Control);
        }
    }

    private static IServiceProvider ServicesOf(ActorSystem system) =>
        system.Settings.Setup.Get<Akka.DependencyInjection.DependencyResolverSetup>().Value.DependencyResolver is Akka.DependencyInjection.ServiceProviderDependencyResolver resolver
            ? resolver.ServiceProvider
            : throw new InvalidOperationException("The actor system has no service provider.");
}
