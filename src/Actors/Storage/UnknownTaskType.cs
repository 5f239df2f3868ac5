using Actors.Ledger;

namespace Actors.Storage;

/// <summary>A type that stands in the store and that this program has no handler for: its tasks are kept as they are, and not run.</summary>
internal sealed class UnknownTaskType : TaskType<object?>
{
    /// <param name="index">The place in the counts that all unknown types share.</param>
    /// <param name="name">The name in the store.</param>
    public UnknownTaskType(int index, string name)
        : base(index, name, Nowhere) => Format = new NoFormat(name);

    private sealed class NoFormat(string name) : ITaskFormat
    {
        public byte[] WriteMessage(ITaskMessage message) => throw Unknown();

        public ITaskMessage ReadMessage(byte[] bytes) => throw Unknown();

        public byte[]? WriteResult(Outcome outcome) => throw Unknown();

        public Outcome ReadResult(byte[]? bytes) => throw Unknown();

        public byte[] WriteFoldState(object state) => throw Unknown();

        public object ReadFoldState(byte[] bytes) => throw Unknown();

        private PayloadException Unknown() => new(
            $"This program has no handler for task type '{name}'. Register one, or give a type that was renamed its former name: [TaskName(..., FormerNames = [\"{name}\"])].");
    }
}
