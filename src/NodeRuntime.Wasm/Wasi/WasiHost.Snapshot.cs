using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Wasi;

/// <content>
/// The host's state as bytes. Nodes are numbered: the open directories first, then what they lead to, level by level and by name, then
/// what only descriptors hold. A file that the guest has not changed is its job's: its content is not written.
/// </content>
internal sealed partial class WasiHost
{
    private const int NodesLimit = 1 << 20;

    /// <summary>With what the host was made of and the fuel, all that its later answers depend on.</summary>
    public void Write(WireWriter writer)
    {
        List<VirtualNode> nodes = Number(out SortedDictionary<ulong, int> numbers);
        (ulong a, ulong b, ulong c, ulong d) = Random.State;
        (ulong inodes, int made, long bytes) = Tree.Counters;
        writer.Array(10).UInt64(_slept).UInt64(a).UInt64(b).UInt64(c).UInt64(d).UInt64(inodes).UInt64((ulong)made).Int64(bytes);
        writer.Array(nodes.Count);
        foreach (VirtualNode node in nodes) Write(writer, node, numbers);
        writer.End();
        int open = 0;
        foreach (Descriptor? descriptor in _descriptors) open += descriptor is null ? 0 : 1;
        writer.Array(open);
        for (int i = 0; i < DescriptorsMax; i++)
        {
            if (_descriptors[i] is { } descriptor) Write(writer, i, descriptor, numbers);
        }

        writer.End().End();
    }

    /// <summary>Into a host just made of the same job. What does not fit fails the reader.</summary>
    public void Read(WireReader reader)
    {
        if (reader.Array(10) != 10) reader.Fail();
        ulong slept = reader.UInt64();
        (ulong, ulong, ulong, ulong) random = (reader.UInt64(), reader.UInt64(), reader.UInt64(), reader.UInt64());
        (ulong, int, long) counters = (reader.UInt64(), reader.Int32(0, VirtualTree.NodesMax), reader.Int64());
        var inputs = new SortedDictionary<ulong, IGuestInput>();
        foreach (VirtualNode node in Number(out _))
        {
            if (node.Input is { } input) inputs.Add(node.Inode, input);
        }

        List<VirtualNode> nodes = ReadNodes(reader, inputs);
        ReadDescriptors(reader, nodes);
        reader.End();
        if (reader.Failed) return;
        _slept = slept;
        Random.State = random;
        Tree.Counters = counters;
    }

    private List<VirtualNode> Number(out SortedDictionary<ulong, int> numbers)
    {
        var nodes = new List<VirtualNode>();
        numbers = [];
        foreach ((_, VirtualNode root) in _roots) Add(nodes, numbers, root);
        int next = Follow(nodes, numbers, 0);
        foreach (Descriptor? descriptor in _descriptors)
        {
            if (descriptor?.Node is { } node) Add(nodes, numbers, node);
        }

        Follow(nodes, numbers, next);
        return nodes;
    }

    private static int Follow(List<VirtualNode> nodes, SortedDictionary<ulong, int> numbers, int next)
    {
        for (; next < nodes.Count; next++)
        {
            foreach (VirtualNode child in nodes[next].Children.Values) Add(nodes, numbers, child);
        }

        return next;
    }

    private static void Add(List<VirtualNode> nodes, SortedDictionary<ulong, int> numbers, VirtualNode node)
    {
        if (numbers.TryAdd(node.Inode, nodes.Count)) nodes.Add(node);
    }

    private static void Write(WireWriter writer, VirtualNode node, SortedDictionary<ulong, int> numbers)
    {
        writer.Array(7).UInt64((ulong)node.Kind).UInt64(node.Inode).Bool(node.IsReadOnly)
            .UInt64(node.Accessed).UInt64(node.Modified).UInt64(node.Changed);
        switch (node.Kind)
        {
            case VirtualKind.Directory:
                writer.Array(node.Children.Count);
                foreach ((string name, VirtualNode child) in node.Children)
                {
                    writer.Array(2).Text(name).UInt64((ulong)numbers[child.Inode]).End();
                }

                writer.End();
                break;
            case VirtualKind.File when node.Input is not null:
                writer.Null();
                break;
            case VirtualKind.File:
                writer.Bytes(node.Written.Span);
                break;
            case VirtualKind.Link:
                writer.Text(node.Target);
                break;
        }

        writer.End();
    }

    private static void Write(WireWriter writer, int number, Descriptor descriptor, SortedDictionary<ulong, int> numbers)
    {
        writer.Array(9).UInt64((ulong)number).UInt64((ulong)descriptor.Kind);
        if (descriptor.Node is { } node) writer.UInt64((ulong)numbers[node.Inode]);
        else writer.Null();
        if (descriptor.Preopen is { } preopen) writer.Text(preopen);
        else writer.Null();
        writer.UInt64((ulong)descriptor.Rights).UInt64((ulong)descriptor.Inheriting).Int64(descriptor.Position).Int64(descriptor.Flags);
        if (descriptor.Listing is not { } listing)
        {
            writer.Null().End();
            return;
        }

        writer.Array(listing.Length);
        foreach (DirectoryEntry entry in listing) writer.Array(3).Text(entry.Name).UInt64(entry.Inode).UInt64((ulong)entry.Kind).End();
        writer.End().End();
    }

    private List<VirtualNode> ReadNodes(WireReader reader, SortedDictionary<ulong, IGuestInput> inputs)
    {
        int count = reader.Array(NodesLimit);
        if (count < _roots.Length) reader.Fail();
        var nodes = new List<VirtualNode>();
        var children = new List<(int Directory, string Name, int Child)>();
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            VirtualNode node = ReadNode(reader, i, inputs, children);
            // One of the open directories is the host's own object: it is emptied, and keeps its place.
            if (i < _roots.Length && (_roots[i].Root.Inode != node.Inode || node.Kind != VirtualKind.Directory)) reader.Fail();
            nodes.Add(i < _roots.Length ? Renew(_roots[i].Root, node) : node);
        }

        reader.End();
        var depths = new int[nodes.Count];
        foreach ((int directory, string name, int child) in children)
        {
            if (reader.Failed) break;
            if (child >= nodes.Count)
            {
                reader.Fail();
                break;
            }

            VirtualNode node = nodes[child];
            // A directory has one name and stands behind its parent, so that there is no way round in a circle.
            bool isDirectory = node.Kind == VirtualKind.Directory;
            if (isDirectory && (child <= directory || child < _roots.Length || node.Names > 0)) reader.Fail();
            depths[child] = depths[directory] + 1;
            if (depths[child] > VirtualTree.PathBytesMax || !nodes[directory].Children.TryAdd(name, node)) reader.Fail();
            node.Names++;
            if (isDirectory) node.Parent = nodes[directory];
        }

        return nodes;
    }

    private static VirtualNode Renew(VirtualNode root, VirtualNode read)
    {
        root.Children.Clear();
        (root.Accessed, root.Modified, root.Changed) = (read.Accessed, read.Modified, read.Changed);
        root.Opens = 0;
        return root;
    }

    private static VirtualNode ReadNode(
        WireReader reader, int number, SortedDictionary<ulong, IGuestInput> inputs, List<(int Directory, string Name, int Child)> children)
    {
        if (reader.Array(7) != 7) reader.Fail();
        var kind = (VirtualKind)reader.Int32(0, (int)VirtualKind.Link);
        ulong inode = reader.UInt64();
        bool readOnly = reader.Bool();
        (ulong accessed, ulong modified, ulong changed) = (reader.UInt64(), reader.UInt64(), reader.UInt64());
        VirtualNode node = kind switch
        {
            VirtualKind.Directory => ReadDirectory(reader, number, inode, readOnly, children),
            VirtualKind.File => ReadFile(reader, inode, readOnly, inputs),
            VirtualKind.Link => VirtualNode.Link(inode, readOnly, reader.Text(VirtualTree.PathBytesMax)),
        };
        reader.End();
        (node.Accessed, node.Modified, node.Changed) = (accessed, modified, changed);
        return node;
    }

    private static VirtualNode ReadDirectory(
        WireReader reader, int number, ulong inode, bool readOnly, List<(int Directory, string Name, int Child)> children)
    {
        int entries = reader.Array(NodesLimit);
        for (int i = 0; i < entries && !reader.Failed; i++)
        {
            if (reader.Array(2) != 2) reader.Fail();
            children.Add((number, reader.Text(), reader.Int32(0, NodesLimit)));
            reader.End();
        }

        reader.End();
        return VirtualNode.Directory(inode, readOnly);
    }

    private static VirtualNode ReadFile(WireReader reader, ulong inode, bool readOnly, SortedDictionary<ulong, IGuestInput> inputs)
    {
        if (reader.TryNull())
        {
            if (inputs.TryGetValue(inode, out IGuestInput? input)) return VirtualNode.InputFile(inode, readOnly, input);
            reader.Fail();
            return VirtualNode.EmptyFile(inode);
        }

        if (readOnly) reader.Fail();
        byte[] bytes = reader.Bytes(int.MaxValue);
        VirtualNode file = VirtualNode.EmptyFile(inode);
        file.Resize(bytes.Length);
        file.Write(0, bytes);
        return file;
    }

    private void ReadDescriptors(WireReader reader, List<VirtualNode> nodes)
    {
        System.Array.Clear(_descriptors);
        int count = reader.Array(DescriptorsMax);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            if (reader.Array(9) != 9) reader.Fail();
            int number = reader.Int32(0, DescriptorsMax - 1);
            var kind = (DescriptorKind)reader.Int32(0, (int)DescriptorKind.Node);
            VirtualNode? node = null;
            if (!reader.TryNull() && reader.Int32(0, nodes.Count - 1) is var index && !reader.Failed) node = nodes[index];
            string? preopen = reader.TryNull() ? null : reader.Text(VirtualTree.PathBytesMax);
            var descriptor = new Descriptor(kind, node)
            {
                Preopen = preopen,
                Rights = (Rights)reader.UInt64(),
                Inheriting = (Rights)reader.UInt64(),
                Position = reader.Int64(),
                Flags = reader.Int32(0, 0x1F),
                Listing = ReadListing(reader),
            };
            reader.End();
            if (descriptor.Position < 0 || _descriptors[number] is not null || kind == DescriptorKind.Node != node is not null) reader.Fail();
            if (reader.Failed) return;
            _descriptors[number] = descriptor;
            if (node is not null) node.Opens++;
        }

        reader.End();
    }

    private static DirectoryEntry[]? ReadListing(WireReader reader)
    {
        if (reader.TryNull()) return null;
        var listing = new DirectoryEntry[reader.Array(NodesLimit)];
        for (int i = 0; i < listing.Length && !reader.Failed; i++)
        {
            if (reader.Array(3) != 3) reader.Fail();
            listing[i] = new DirectoryEntry(reader.Text(), reader.UInt64(), (VirtualKind)reader.Int32(0, (int)VirtualKind.Link));
            reader.End();
        }

        reader.End();
        return listing;
    }
}
