namespace Actors.Storage;

/// <summary>A store that this process has.</summary>
internal sealed record OpenedStore(ITaskStore Store, StoreSettings Settings, StoreOpening Opening)
{
    /// <summary>Opens it, on a thread that may wait for the disk.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static async Task<OpenedStore> OpenAsync(ITaskStore store, StoreSettings settings)
    {
        var owner = string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss} UTC");
        try
        {
            var opening = await Task.Factory.StartNew(
                () => store.Open(owner, settings.TakeOver), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            return new OpenedStore(store, settings, opening);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
