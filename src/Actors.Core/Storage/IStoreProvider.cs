namespace Actors.Storage;

/// <summary>Makes the stores of one kind. Found by name in <c>actors.store.providers</c>; has a constructor without parameters.</summary>
internal interface IStoreProvider
{
    /// <summary>Makes a store; opens nothing.</summary>
    /// <param name="place">A file, a connection string: what follows the scheme.</param>
    /// <exception cref="StoreException">That is no place of this kind.</exception>
    ITaskStore Create(string place);
}
