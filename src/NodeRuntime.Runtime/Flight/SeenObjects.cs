using System;
using System.Runtime.CompilerServices;

namespace NodeRuntime.Runtime.Flight;

/// <summary>Numbers objects in the order of their first coming, by identity. Open addressing: the order is that of coming, never of hashes.</summary>
internal sealed class SeenObjects
{
    private object?[] _slots = new object?[64];
    private int[] _numbers = new int[64];
    private int _count;

    /// <summary>The number of an object that came before; -1 where it comes now.</summary>
    public int NumberOf(object value)
    {
        if (_count * 2 >= _slots.Length) Grow();
        int slot = SlotOf(value);
        if (_slots[slot] is not null) return _numbers[slot];
        _slots[slot] = value;
        _numbers[slot] = _count++;
        return -1;
    }

    public void Clear()
    {
        if (_count == 0) return;
        _count = 0;
        // A machine with much in it is looked at once a minute; until then its table is not worth keeping.
        if (_slots.Length > 4096)
        {
            _slots = new object?[64];
            _numbers = new int[64];
        }

        Array.Clear(_slots);
    }

    private int SlotOf(object value)
    {
        int mask = _slots.Length - 1;
        int slot = RuntimeHelpers.GetHashCode(value) & mask;
        while (_slots[slot] is { } other && !ReferenceEquals(other, value)) slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        (object?[] slots, int[] numbers) = (_slots, _numbers);
        _slots = new object?[slots.Length * 2];
        _numbers = new int[slots.Length * 2];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not { } value) continue;
            int slot = SlotOf(value);
            _slots[slot] = value;
            _numbers[slot] = numbers[i];
        }
    }
}
