using System.Reflection;

namespace Actors.Tests.Waiting;

/// <summary>What a handler has in sight offers nothing to wait on.</summary>
public sealed class PublicSurfaceSpec
{
    private static readonly HashSet<string> WaitingNames = ["Wait", "WaitAny", "WaitAll", "WaitOne", "WaitAsync", "Result", "GetResult", "GetAwaiter", "Join<>"];

    public static TheoryData<Type> InSight => new(
        typeof(TaskContext), typeof(Child<>), typeof(Ending), typeof(Ending<>), typeof(Outcome), typeof(Outcome<>), typeof(Failure),
        typeof(SpawnOptions), typeof(JoinPolicy), typeof(RetryPolicy), typeof(TaskId), typeof(TaskProtocol.Spawn), typeof(Unit));

    [Theory]
    [MemberData(nameof(InSight))]
    public void Nothing_of_it_is_awaitable_or_waits(Type type)
    {
        Assert.False(IsAwaitable(type), $"{type} can be awaited.");
        foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        {
            Assert.DoesNotContain(member.Name, WaitingNames);
            foreach (var yielded in Yields(member))
            {
                Assert.False(IsAwaitable(yielded), $"{type}.{member.Name} yields {yielded}, which can be awaited.");
            }
        }
    }

    [Fact]
    public void The_look_finds_what_it_looks_for()
    {
        Assert.True(IsAwaitable(typeof(TaskHandle<>)));
        Assert.True(IsAwaitable(typeof(Task)));
        Assert.True(IsAwaitable(typeof(ValueTask<int>)));
        Assert.True(IsAwaitable(typeof(List<Task<int>>)));
        Assert.True(IsAwaitable(typeof(Func<Task>)));
        Assert.True(IsAwaitable(typeof(ManualResetEvent)));
        Assert.True(IsAwaitable(typeof(IAsyncEnumerable<int>)));
        Assert.False(IsAwaitable(typeof(string)));
        Assert.False(IsAwaitable(typeof(CancellationToken)));
    }

    private static IEnumerable<Type> Yields(MemberInfo member) => member switch
    {
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Where(parameter => parameter.IsOut).Select(parameter => parameter.ParameterType)],
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        EventInfo { EventHandlerType: { } handler } => [handler],
        _ => [],
    };

    private static bool IsAwaitable(Type type)
    {
        if (type.IsGenericParameter)
        {
            return false;
        }

        if (type.HasElementType)
        {
            return IsAwaitable(type.GetElementType()!);
        }

        return typeof(WaitHandle).IsAssignableFrom(type)
            || typeof(IAsyncResult).IsAssignableFrom(type)
            || (type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(IAsyncEnumerable<>) || open == typeof(IAsyncEnumerator<>)))
            || type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Any(method => method.Name == "GetAwaiter" && method.GetParameters().Length == 0)
            || (type.IsGenericType && type.GetGenericArguments().Any(IsAwaitable));
    }
}
