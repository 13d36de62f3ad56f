using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// The shapes of everything that can be reached from a machine, read off its types: a field that is added tomorrow is in
/// tomorrow's checkpoints, and <see cref="Schema"/>, the hash of all names and types, is another. A type of which it is not
/// known that its fields are all of it has no shape, and a machine that holds one cannot be recorded: that is seen at once, when
/// the shapes are made, not in the file of a bad day. Little-endian, as every machine that .NET runs on here.
/// </summary>
internal sealed class Shapes
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly SortedDictionary<string, Shape> _shapes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _lines = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Shape> _ports = new(StringComparer.Ordinal);
    private readonly Type? _trimmed;
    private readonly string _trimmedField;

    /// <param name="ports">The world's ends in a machine, which are no part of its state.</param>
    /// <param name="trimmed">Of this type one field, an array, is left out; it comes back empty.</param>
    public Shapes(IEnumerable<(Type Port, Shape Shape)> ports, Type? trimmed = null, string trimmedField = "")
    {
        foreach ((Type port, Shape shape) in ports) _ports.Add(NameOf(port), shape);
        _trimmed = trimmed;
        _trimmedField = trimmedField;
    }

    /// <summary>Of the types that were asked for so far, and all that they reach.</summary>
    public Hash256 Schema
    {
        get
        {
            StringBuilder text = new();
            foreach (string line in _lines) text.Append(line).Append('\n');
            return Hasher.Sha256(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    public Shape Of(Type type)
    {
        string name = NameOf(type);
        if (_shapes.TryGetValue(name, out Shape? known)) return known;
        return Make(type, name);
    }

    private Shape Make(Type type, string name)
    {
        if (_ports.TryGetValue(name, out Shape? port)) return Keep(name, "port", port);
        if (type == typeof(bool)) return Keep(name, "bool", new BooleanShape());
        if (type == typeof(string)) return Keep(name, "text", new TextShape());
        if (type == typeof(ReadOnlyMemory<byte>)) return Keep(name, "bytes", new MemoryShape());
        if (PackedSizeOf(type) is { } size) return Keep(name, "packed " + size, (Shape)Activator.CreateInstance(typeof(PackedShape<>).MakeGenericType(type))!);
        if (Nullable.GetUnderlyingType(type) is { } inner) return Keep(name, "nullable", new NullableShape(Of(inner)));
        if (type.IsArray) return Generic(nameof(MakeArray), name, "array", type.GetElementType()!);
        if (type.IsGenericType && type.Namespace == "System.Collections.Generic") return MakeCollection(type, name);
        bool isOurs = type.Namespace?.StartsWith("NodeRuntime.", StringComparison.Ordinal) == true;
        bool isPlain = isOurs || type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
            || type.FullName.StartsWith("System.Collections.Immutable.ImmutableArray`", StringComparison.Ordinal);
        Invariant.Holds(isPlain && !type.IsInterface && !type.IsSubclassOf(typeof(Delegate)), "no shape for " + name);
        return type.IsValueType ? MakeStructure(type, name) : MakeObject(type, name);
    }

    private StructureShape MakeStructure(Type type, string name)
    {
        StructureShape shape = new(type);
        _shapes.Add(name, shape);
        shape.Fields = FieldsOf(type);
        return shape;
    }

    private ObjectShape MakeObject(Type type, string name)
    {
        ObjectShape shape = new(type);
        _shapes.Add(name, shape);
        SortedDictionary<string, Type> family = new(StringComparer.Ordinal);
        if (!type.IsAbstract) family.Add(NameOf(type), type);
        // A family is closed: its members stand in the assembly of their head.
        if (!type.IsSealed && !type.IsGenericType)
        {
            foreach (Type other in type.Assembly.GetTypes())
            {
                if (other.IsSubclassOf(type) && !other.IsAbstract) family.Add(NameOf(other), other);
            }
        }

        _lines.Add(name + ": one of " + string.Join(", ", family.Keys));
        ImmutableArray<(Type, ImmutableArray<(FieldInfo, Shape)>)>.Builder members = ImmutableArray.CreateBuilder<(Type, ImmutableArray<(FieldInfo, Shape)>)>();
        foreach (Type member in family.Values) members.Add((member, FieldsOf(member)));
        shape.Family = members.ToImmutable();
        return shape;
    }

    private ImmutableArray<(FieldInfo, Shape)> FieldsOf(Type type)
    {
        ImmutableArray<(FieldInfo, Shape)>.Builder fields = ImmutableArray.CreateBuilder<(FieldInfo, Shape)>();
        for (Type? level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            SortedDictionary<string, FieldInfo> named = new(StringComparer.Ordinal);
            foreach (FieldInfo field in level.GetFields(Own)) named.Add(field.Name, field);
            foreach ((string name, FieldInfo field) in named)
            {
                if (type == _trimmed && name.Contains(_trimmedField, StringComparison.Ordinal))
                {
                    fields.Add((field, EmptyShape.Of(field.FieldType)));
                    continue;
                }

                Shape shape = Of(field.FieldType);
                fields.Add((field, shape));
                _lines.Add($"{NameOf(type)}.{name}: {NameOf(field.FieldType)}");
            }
        }

        return fields.ToImmutable();
    }

    private Shape MakeCollection(Type type, string name)
    {
        Type[] items = type.GetGenericArguments();
        return type.Name switch
        {
            "List`1" => Generic(nameof(MakeList), name, "list", items),
            "Queue`1" => Generic(nameof(MakeQueue), name, "queue", items),
            "SortedSet`1" => Generic(nameof(MakeSortedSet), name, "sorted set", items),
            "SortedDictionary`2" => Generic(nameof(MakeSortedDictionary), name, "sorted dictionary", items),
            "KeyValuePair`2" => MakeStructure(type, name),
            _ => Invariant.Unreachable<Shape>("no shape for " + name),
        };
    }

    private Shape Generic(string maker, string name, string line, params Type[] arguments)
    {
        MethodInfo method = typeof(Shapes).GetMethod(maker, BindingFlags.Instance | BindingFlags.NonPublic)!;
        Shape shape = method.MakeGenericMethod(arguments).CreateDelegate<Func<Shape>>(this)();
        return Keep(name, line, shape);
    }

    private ArrayShape<T> MakeArray<T>() => new() { Item = Of(typeof(T)) };

    private CollectionShape<List<T>, T> MakeList<T>() => new()
    {
        Item = Of(typeof(T)),
        CountOf = static items => items.Count,
        OrderOf = static _ => null,
        Make = static _ => [],
        Add = static (items, item) =>
        {
            items.Add(item);
            return true;
        },
    };

    private CollectionShape<Queue<T>, T> MakeQueue<T>() => new()
    {
        Item = Of(typeof(T)),
        CountOf = static items => items.Count,
        OrderOf = static _ => null,
        Make = static _ => new Queue<T>(),
        Add = static (items, item) =>
        {
            items.Enqueue(item);
            return true;
        },
    };

    private CollectionShape<SortedSet<T>, T> MakeSortedSet<T>() => new()
    {
        Item = Of(typeof(T)),
        CountOf = static items => items.Count,
        OrderOf = static items => ReferenceEquals(items.Comparer, Comparer<T>.Default) ? null : items.Comparer,
        Make = static isOrdinal => isOrdinal && StringComparer.Ordinal is IComparer<T> ordinal ? new SortedSet<T>(ordinal) : [],
        Add = static (items, item) => items.Add(item),
    };

    private CollectionShape<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>> MakeSortedDictionary<TKey, TValue>()
        where TKey : notnull => new()
        {
            Item = Of(typeof(KeyValuePair<TKey, TValue>)),
            CountOf = static items => items.Count,
            OrderOf = static items => ReferenceEquals(items.Comparer, Comparer<TKey>.Default) ? null : items.Comparer,
            Make = static isOrdinal => isOrdinal && StringComparer.Ordinal is IComparer<TKey> ordinal ? new SortedDictionary<TKey, TValue>(ordinal) : [],
            Add = static (items, item) => item.Key is not null && items.TryAdd(item.Key, item.Value),
        };

    private Shape Keep(string name, string line, Shape shape)
    {
        _shapes.TryAdd(name, shape);
        _lines.Add(name + ": " + line);
        return shape;
    }

    // Null where it holds references or gaps: a gap's bytes are anything, and would not hash alike twice.
    private static int? PackedSizeOf(Type type)
    {
        if (type.IsEnum) return PackedSizeOf(Enum.GetUnderlyingType(type));
        if (type == typeof(byte) || type == typeof(sbyte)) return 1;
        if (type == typeof(short) || type == typeof(ushort) || type == typeof(char)) return 2;
        if (type == typeof(int) || type == typeof(uint)) return 4;
        if (type == typeof(long) || type == typeof(ulong)) return 8;
        if (type == typeof(UInt128) || type == typeof(Int128)) return 16;
        if (!type.IsValueType || type.IsPrimitive || type.IsPointer) return null;
        int sum = 0;
        foreach (FieldInfo field in type.GetFields(Own))
        {
            if (PackedSizeOf(field.FieldType) is not { } size) return null;
            sum += size;
        }

        if (type.GetCustomAttribute<InlineArrayAttribute>() is { } inline) sum *= inline.Length;
        MethodInfo sizeOf = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type);
        return sum > 0 && sizeOf.CreateDelegate<Func<int>>()() == sum ? sum : null;
    }

    private static string NameOf(Type type) => type.ToString();
}
