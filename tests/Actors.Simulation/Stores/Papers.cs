using System.Globalization;
using System.Text;
using Actors.Simulation.Histories;
using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>Every errand of a history by its number, which is what a store keeps of it: so a task that comes back is known.</summary>
internal sealed class Papers : ITaskFormat
{
    private readonly Dictionary<int, Errand> _errands = [];

    public IEnumerable<Errand> All => _errands.Values;

    public void Add(Errand errand) => _errands.Add(errand.Number, errand);

    public Errand this[byte[] payload] => _errands[Number(payload)];

    public byte[] WriteMessage(ITaskMessage message) => Text(((Errand)message).Number);

    public ITaskMessage ReadMessage(byte[] bytes) => this[bytes];

    public byte[]? WriteResult(Outcome outcome) => Text((int)outcome.UntypedValue!);

    public Outcome ReadResult(byte[]? bytes) => Outcome<int>.Succeeded(Number(bytes!));

    public byte[] WriteFoldState(object state) => Text((int)state);

    public object ReadFoldState(byte[] bytes) => Number(bytes);

    public static int Number(byte[] bytes) => int.Parse(bytes, CultureInfo.InvariantCulture);

    private static byte[] Text(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
