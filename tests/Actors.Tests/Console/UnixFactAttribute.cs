namespace Actors.Tests.Console;

/// <summary>A test that needs bash, find and what a Unix file system allows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs bash and GNU find";
}

/// <summary>The same for several inputs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs bash and GNU find";
}

/// <summary>A test of what may not be read: root may read everything, so that it runs as nobody there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnreadableFactAttribute : FactAttribute
{
    public UnreadableFactAttribute() => Skip = !OperatingSystem.IsLinux() ? "needs bash and GNU find"
        : Environment.IsPrivilegedProcess && !File.Exists(SetPriv) ? "root may read everything, and there is no setpriv to be nobody with"
        : null;

    private const string SetPriv = "/usr/bin/setpriv";

    /// <summary>What to put before a command, so that file modes count for it.</summary>
    public static string[] Unprivileged => Environment.IsPrivilegedProcess ? [SetPriv, "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
}
