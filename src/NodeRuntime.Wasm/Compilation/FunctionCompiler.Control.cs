using System;
using System.Collections.Generic;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Validation;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>Blocks, branches and what they carry: a block's results meet in temporaries of its own.</summary>
internal sealed partial class FunctionCompiler
{
    private void OpenBlock(long blockType)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, blockType);
        WasmType[] results = FunctionValidator.BlockResults(_model, blockType);
        SpillAll();
        CloseChecks();
        _blocks.Add(new Block
        {
            Opcode = Opcode.Block,
            Parameters = parameters,
            Results = results,
            Height = _stack.Count - parameters.Length,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Carriers = TakeCarriers(results),
            Reaches = [.. _reaches],
            Aliases = [.. _aliases],
            Clock = _clock,
        });
    }

    private void OpenLoop(long blockType, int offset)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, blockType);
        SpillAll();
        LocalBuilder[] carriers = TakeCarriers(parameters);
        MoveTop(carriers);
        for (int i = 0; i < carriers.Length; i++) Push(Node.Temp(parameters[i], carriers[i], owned: false));
        var loop = new Block
        {
            Opcode = Opcode.Loop,
            Parameters = parameters,
            Results = FunctionValidator.BlockResults(_model, blockType),
            Height = _stack.Count - parameters.Length,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Carriers = carriers,
        };
        _blocks.Add(loop);
        CloseChecks();
        EnterLoop(offset);
        // The head is paid on each way to it: behind a branch back the test is that branch.
        loop.HeadCost = _body.SegmentCosts[_segment];
        Charge();
        Pay();
        _il.Mark(loop.Target);
        if (loop.HeadCost == 0) _owes = true;
    }

    /// <summary>Goes to a block's end, or back to a loop's head, which is paid.</summary>
    private void Jump(Block target)
    {
        if (target.HeadCost == 0 || !_limits.Metered)
        {
            _il.Branch(OpCodes.Br, target.Target);
            return;
        }

        Take(target.HeadCost);
        LoadFuel();
        LoadFloor();
        _il.Branch(OpCodes.Bge, target.Target);
        _il.Branch(OpCodes.Br, TrapLabel(Trap.OutOfFuel));
    }

    private void OpenIf(long blockType)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, blockType);
        WasmType[] results = FunctionValidator.BlockResults(_model, blockType);
        Node condition = Pop();
        SpillAll();
        CloseChecks();
        LocalBuilder[] held = TakeCarriers(parameters);
        MoveTop(held);
        var saved = new Node[parameters.Length];
        for (int i = 0; i < saved.Length; i++)
        {
            saved[i] = Node.Temp(parameters[i], held[i], owned: false);
            Push(saved[i]);
        }

        var block = new Block
        {
            Opcode = Opcode.If,
            Parameters = parameters,
            Results = results,
            Height = _stack.Count - parameters.Length,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Else = _il.NewLabel(),
            Carriers = TakeCarriers(results),
            Saved = saved,
            Reaches = [.. _reaches],
            Aliases = [.. _aliases],
            Clock = _clock,
        };
        _blocks.Add(block);
        EmitBranch(condition, block.Else, whenTrue: false);
        Charge();
    }

    private void Else()
    {
        Block block = _blocks[^1];
        if (!block.EnteredLive)
        {
            block.Opcode = Opcode.Else;
            return;
        }

        if (_live)
        {
            MoveTop(block.Carriers);
            _il.Branch(OpCodes.Br, block.Target);
        }

        BeginElse(block);
        Charge();
    }

    private void BeginElse(Block block)
    {
        DropTo(block.Height);
        CloseChecks();
        RestoreReaches(block, atEnd: false);
        _owes = true;
        _il.Mark(block.Else);
        block.Opcode = Opcode.Else;
        block.Targeted = true;
        _live = true;
        foreach (Node parameter in block.Saved) Push(parameter);
    }

    private void Close()
    {
        Block block = _blocks[^1];
        if (block.EnteredLive && block.Opcode == Opcode.If)
        {
            // Without an else the other way is empty: its parameters are the results.
            if (_live)
            {
                MoveTop(block.Carriers);
                _il.Branch(OpCodes.Br, block.Target);
            }

            BeginElse(block);
        }

        _blocks.RemoveAt(_blocks.Count - 1);
        if (_blocks.Count == 0)
        {
            Return(block);
            return;
        }

        if (!block.EnteredLive || (!block.Targeted && !_live))
        {
            DropTo(block.Height);
            _live = false;
            return;
        }

        if (block.Opcode == Opcode.Loop || !block.Targeted)
        {
            if (block.Opcode == Opcode.Loop && !_live) DropTo(block.Height);
            if (block.Opcode != Opcode.Loop) GiveCarriers(block);
            return;
        }

        if (_live) MoveTop(block.Carriers);
        DropTo(block.Height);
        CloseChecks();
        RestoreReaches(block, atEnd: true);
        _owes = true;
        _il.Mark(block.Target);
        _live = true;
        for (int i = 0; i < block.Results.Length; i++) Push(Node.Temp(block.Results[i], block.Carriers[i], owned: true));
        Charge();
    }

    private void Return(Block function)
    {
        if (_live) MoveTop(function.Carriers);
        else if (!function.Targeted) return;
        if (function.Targeted) _owes = true;
        CloseChecks();
        _il.Mark(function.Target);
        for (int i = 1; i < function.Results.Length; i++)
        {
            if (IsReference(function.Results[i]))
            {
                LoadResultReferences(InstanceArgument);
                _il.Int32(i);
                _il.Load(function.Carriers[i]);
                _il.Op(OpCodes.Stelem_Ref);
                continue;
            }

            LoadResultAddress(i);
            _il.Load(function.Carriers[i]);
            SlotAccess.Store(_il, function.Results[i]);
        }

        if (!_limits.Metered)
        {
            if (function.Results.Length > 0) LoadReturned(function);
        }
        else if (function.Results.Length == 0)
        {
            LoadFuel();
        }
        else
        {
            WasmType result = function.Results[0];
            LocalBuilder both = _il.Declare(Members.FueledType(result));
            _il.LoadAddress(both);
            LoadReturned(function);
            _il.StoreField(Members.FueledValue(result));
            _il.LoadAddress(both);
            LoadFuel();
            _il.StoreField(Members.FueledFuel(result));
            _il.Load(both);
        }

        _il.Op(OpCodes.Ret);
    }

    private void LoadReturned(Block function)
    {
        _il.Load(function.Carriers[0]);
        // The caller may compare it, and the JIT may inline this function there.
        if (function.Results[0] is WasmType.I32 or WasmType.I64) EmitRotationGuard(function.Results[0]);
    }

    private void BranchIf(Block target)
    {
        Node condition = Pop();
        target.Targeted = true;
        if (target.Carriers.Length == 0 && (target.HeadCost == 0 || !_limits.Metered))
        {
            EmitBranch(condition, target.Target, whenTrue: true);
        }
        else
        {
            Label past = _il.NewLabel();
            int first = _stack.Count - target.Carriers.Length;
            for (int i = first; i < _stack.Count; i++) _stack[i] = Shared(_stack[i]);
            EmitBranch(condition, past, whenTrue: false);
            for (int i = first; i < _stack.Count; i++) EmitClean(_stack[i]);
            for (int i = target.Carriers.Length - 1; i >= 0; i--) _il.Store(target.Carriers[i]);
            Jump(target);
            _il.Mark(past);
        }

        Charge();
    }

    private void BranchTable(int[] labels)
    {
        Node index = Pop();
        int arity = BlockAt(labels[^1]).Carriers.Length;
        int first = _stack.Count - arity;
        for (int i = first; i < _stack.Count; i++) _stack[i] = Shared(_stack[i]);
        var targets = new Label[labels.Length];
        var trampolines = new SortedDictionary<int, Label>();
        for (int i = 0; i < labels.Length; i++)
        {
            Block target = BlockAt(labels[i]);
            target.Targeted = true;
            targets[i] = target.Target;
            if (arity == 0 && target.HeadCost == 0) continue;
            if (!trampolines.TryGetValue(labels[i], out targets[i]))
            {
                targets[i] = _il.NewLabel();
                trampolines.Add(labels[i], targets[i]);
            }
        }

        EmitGuarded(index);
        _il.Switch(targets[..^1]);
        _il.Branch(OpCodes.Br, targets[^1]);
        foreach ((int label, Label trampoline) in trampolines)
        {
            Block target = BlockAt(label);
            _il.Mark(trampoline);
            for (int i = first; i < _stack.Count; i++) EmitClean(_stack[i]);
            for (int i = arity - 1; i >= 0; i--) _il.Store(target.Carriers[i]);
            Jump(target);
        }

        Die();
    }

    private Block BlockAt(int label) => _blocks[_blocks.Count - 1 - label];

    /// <summary>Moves the values that a branch carries to where its target expects them.</summary>
    private void Carry(Block target)
    {
        target.Targeted = true;
        MoveTop(target.Carriers);
    }

    /// <summary>Evaluates all before storing any: the values may come from the places they go to.</summary>
    private void MoveTop(LocalBuilder[] places)
    {
        int first = _stack.Count - places.Length;
        for (int i = first; i < _stack.Count; i++) EmitClean(_stack[i]);
        for (int i = places.Length - 1; i >= 0; i--) _il.Store(places[i]);
        Cut(first);
    }

    private LocalBuilder[] TakeCarriers(WasmType[] types)
    {
        if (types.Length == 0) return [];
        var carriers = new LocalBuilder[types.Length];
        for (int i = 0; i < types.Length; i++) carriers[i] = _pool.Take(Members.IlType(types[i]));
        return carriers;
    }

    private void GiveCarriers(Block block)
    {
        foreach (LocalBuilder carrier in block.Carriers) _pool.Give(carrier);
    }

    /// <summary>The code behind is not reached, up to the end of the block.</summary>
    private void Die()
    {
        CloseChecks();
        DropTo(_blocks[^1].Height);
        _live = false;
    }

    /// <summary>Branches on a condition, a comparison and its branch in one.</summary>
    private void EmitBranch(Node condition, Label target, bool whenTrue)
    {
        while (condition is { Kind: NodeKind.Numeric, Opcode: 0x45 or 0x50 })
        {
            condition = condition.Left!;
            whenTrue = !whenTrue;
            if (condition.Type == WasmType.I64) break;
        }

        if (condition.Kind == NodeKind.Numeric && NumericEmitter.IsComparison(condition.Opcode))
        {
            EmitCompared(condition.Left!, condition.Right);
            EmitCompared(condition.Right!, condition.Left);
            _il.Branch(NumericEmitter.Branch(condition.Opcode, whenTrue), target);
            return;
        }

        EmitGuarded(condition);
        _il.Branch(whenTrue ? OpCodes.Brtrue : OpCodes.Brfalse, target);
    }
}
