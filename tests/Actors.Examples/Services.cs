using Microsoft.Extensions.DependencyInjection;

namespace Actors.Examples;

/// <summary>Dependency injection for the examples that have no host.</summary>
internal static class Services
{
    public static IServiceProvider With(params object[] services)
    {
        var collection = new ServiceCollection();
        foreach (var service in services)
        {
            collection.AddSingleton(service.GetType(), service);
        }

        return collection.BuildServiceProvider();
    }
}
