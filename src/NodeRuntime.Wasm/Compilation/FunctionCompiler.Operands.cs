using System;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>The stack of pending operands: when they are computed, and where they wait.</summary>
internal sealed partial class FunctionCompiler
{
    private void Select()
    {
        Node condition = Pop();
        Node second = Pop();
        Node first = Pop();
        LocalBuilder chosen = _pool.Take(Members.IlType(first.Type));
        Label past = _il.NewLabel();
        EmitClean(second);
        _il.Store(chosen);
        EmitBranch(condition, past, whenTrue: false);
        EmitClean(first);
        _il.Store(chosen);
        _il.Mark(past);
        Push(Node.Temp(first.Type, chosen, owned: true));
    }

    private void SetLocal(int index, Node value)
    {
        ulong bit = Node.Bit(index);
        Spill(pending => (pending.Locals & bit) != 0);
        if (_made[index]) Emit(value);
        else EmitClean(value);
        ForgetLocal(index, value);
        int parameters = _type.Parameters.Length;
        if (index < parameters) _il.StoreArgument(index);
        else _il.Store(_locals[index - parameters]);
    }

    private void PushLocal(int index) => Push(Node.Local(_localTypes[index], index, _made[index]));

    private void LoadLocal(int index)
    {
        int parameters = _type.Parameters.Length;
        if (index < parameters) _il.LoadArgument(index);
        else _il.Load(_locals[index - parameters]);
    }

    private void DropTo(int height)
    {
        for (int i = _stack.Count - 1; i >= height; i--) Discard(_stack[i]);
        Cut(height);
    }

    private void Cut(int height)
    {
        _stack.RemoveRange(height, _stack.Count - height);
        _settled = Math.Min(_settled, height);
    }

    private void Discard(Node node)
    {
        if (node.Owned) _pool.Give(node.Temporary!);
        if (node.Left is not null) Discard(node.Left);
        if (node.Right is not null) Discard(node.Right);
        if (node.Third is not null) Discard(node.Third);
    }

    /// <summary>Puts an operand on the stack; computes it at once where waiting costs more: in depth of recursion, or in registers.</summary>
    private void Push(Node node)
    {
        bool crowded = node.Loads >= LoadsMax && !(node.Kind == NodeKind.Numeric && NumericEmitter.IsComparison(node.Opcode));
        _stack.Add(crowded || node.Depth > Node.DepthMax ? Temporary(node) : node);
    }

    private Node Pop()
    {
        Node node = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        _settled = Math.Min(_settled, _stack.Count);
        return node;
    }

    private Node[] PopMany(int count)
    {
        Node[] nodes = _stack.GetRange(_stack.Count - count, count).ToArray();
        Cut(_stack.Count - count);
        return nodes;
    }

    private void Spill(Func<Node, bool> which)
    {
        // Below the mark nothing reads anything. Many operands that do are all computed here, or each instruction would pass them again.
        bool all = _stack.Count - _settled > PendingMax;
        for (int i = _settled; i < _stack.Count; i++)
        {
            if (!IsSettled(_stack[i]) && (all || which(_stack[i]))) _stack[i] = Temporary(_stack[i]);
        }

        while (_settled < _stack.Count && IsSettled(_stack[_settled])) _settled++;
    }

    private void SpillAll() => Spill(static _ => true);

    private static bool IsSettled(Node node) => node.Kind is NodeKind.Constant or NodeKind.Temporary or NodeKind.RefNull;

    /// <summary>The same operand, computed now.</summary>
    private Node Temporary(Node node)
    {
        if (node.Kind == NodeKind.Temporary) return node;
        if (!node.Dirty || node.Type == WasmType.V128) return Node.Temp(node.Type, Hold(node, Members.IlType(node.Type)), owned: true);
        // It is cleaned where its bits come to light, which may be nowhere.
        Emit(node);
        LocalBuilder held = _pool.Take(Members.IlType(node.Type));
        _il.Store(held);
        return Node.Temp(node.Type, held, owned: true, dirty: true);
    }

    /// <summary>The same operand with the canonical bits if it is a NaN that arithmetic made.</summary>
    private Node Clean(Node node) =>
        node.Dirty ? Node.Temp(node.Type, Hold(node, Members.IlType(node.Type)), owned: true) : node;

    /// <summary>A temporary that may be read more than once; it is not given back.</summary>
    private Node Shared(Node node)
    {
        if (node.Kind is NodeKind.Constant or NodeKind.RefNull) return node;
        Node held = Temporary(node);
        return held.Owned ? Node.Temp(held.Type, held.Temporary!, owned: false, held.Dirty) : held;
    }

    /// <summary>The operand in a temporary of the caller's own, who gives it back.</summary>
    private LocalBuilder Hold(Node node, Type type)
    {
        if (node is { Kind: NodeKind.Temporary, Owned: true, Dirty: false }) return node.Temporary!;
        EmitClean(node);
        LocalBuilder held = _pool.Take(type);
        _il.Store(held);
        return held;
    }

    /// <summary>Emits an operand that leaves its tree: a NaN of the machine's making becomes the canonical one.</summary>
    private void EmitClean(Node node)
    {
        Emit(node);
        if (!node.Dirty) return;
        _il.CallBalanced(node.Type switch
        {
            WasmType.F32 => CanonicalSingle,
            WasmType.F64 => CanonicalDouble,
            _ => VectorTable.At(node.Opcode).Scalar == WasmType.F32 ? CanonicalSingles : CanonicalDoubles,
        });
    }

    /// <summary>Emits an operand for a callee, which may compare it.</summary>
    private void EmitArgument(Node node)
    {
        if (node.Dirty) EmitClean(node);
        else EmitGuarded(node);
    }

    /// <summary>Emits an operand that is compared, with the guard of a rotation in it.</summary>
    private void EmitGuarded(Node node)
    {
        Emit(node);
        if (node.Rotated) EmitRotationGuard(node.Type);
    }

    /// <summary>Emits an operand of a comparison: only one with zero goes wrong, or with a number that the JIT may make zero.</summary>
    private void EmitCompared(Node node, Node? other)
    {
        if (other is { Kind: NodeKind.Constant, Bits: not (0 or 1 or -1) }) Emit(node);
        else EmitGuarded(node);
    }

    private void EmitPart(Node whole, Node part, Node? other)
    {
        if (whole.Rotated) Emit(part);
        else EmitCompared(part, other);
    }

    private void Emit(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Constant:
                EmitConstant(node);
                break;
            case NodeKind.Local:
                LoadLocal((int)node.Bits);
                break;
            case NodeKind.Temporary:
                _il.Load(node.Temporary!);
                break;
            case NodeKind.Global:
                if (IsReference(node.Type))
                {
                    LoadGlobalCell((int)node.Bits);
                    _il.Field(Members.CellReference);
                    break;
                }

                LoadGlobalAddress((int)node.Bits);
                SlotAccess.Load(_il, node.Type);
                break;
            case NodeKind.Load:
                LoadAddress(node.Temporary, node.Bits, node.Absolute);
                EmitLoad(node.Opcode);
                break;
            case NodeKind.MemorySize:
                _il.Load(_length!);
                _il.Int32(16);
                _il.Op(OpCodes.Shr);
                _il.Op(OpCodes.Conv_I4);
                break;
            case NodeKind.RefNull:
                _il.Op(OpCodes.Ldnull);
                break;
            case NodeKind.RefIsNull:
                Emit(node.Left!);
                _il.Op(OpCodes.Ldnull);
                _il.Op(OpCodes.Ceq);
                break;
            case NodeKind.Numeric:
                EmitPart(node, node.Left!, node.Right);
                if (node.Right is not null) EmitPart(node, node.Right, node.Left);
                NumericEmitter.Emit(_il, node.Opcode);
                break;
            case NodeKind.Vector:
                EmitVector(node);
                break;
        }

        if (node.Owned) _pool.Give(node.Temporary!);
    }
}
