namespace Actors;

/// <summary>Encrypts what users' types are written as before it reaches a store. Names of types, states, times and failures stay readable.</summary>
/// <remarks>Called from many threads at once.</remarks>
public interface IPayloadProtector
{
    /// <summary>Encrypts.</summary>
    /// <param name="plain">JSON in UTF-8.</param>
    /// <returns>Anything from which <see cref="Unprotect"/> makes <paramref name="plain"/> again.</returns>
    byte[] Protect(ReadOnlySpan<byte> plain);

    /// <summary>Decrypts.</summary>
    /// <param name="secret">What <see cref="Protect"/> returned, now or in an earlier process.</param>
    /// <returns>JSON in UTF-8.</returns>
    /// <exception cref="Exception">It cannot be decrypted: the task that it belongs to fails, and nothing else.</exception>
    byte[] Unprotect(ReadOnlySpan<byte> secret);
}
