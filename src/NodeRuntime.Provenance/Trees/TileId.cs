using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Trees;

/// <summary>
/// A tile of a log as C2SP's tlog-tiles has it: 256 hashes of one level of eight, tile <see cref="Index"/> of them; fewer where it is the last.
/// </summary>
/// <param name="Width">1 to 256 hashes.</param>
public readonly record struct TileId(int Level, ulong Index, int Width)
{
    public const int WidthMax = 256;

    /// <summary>A tile spans eight levels of the tree.</summary>
    public const int LevelHeight = 8;

    /// <summary>
    /// "tile/0/x001/x234/067", and ".p/112" behind it where it is partial: three digits to an element, all but the last with an x.
    /// </summary>
    public string Path
    {
        get
        {
            Invariant.Holds(Level is >= 0 and <= 63);
            Invariant.Holds(Width is >= 1 and <= WidthMax);
            StringBuilder path = new();
            ulong rest = Index;
            path.Append((rest % 1000).ToString("D3", CultureInfo.InvariantCulture));
            for (rest /= 1000; rest > 0; rest /= 1000)
            {
                path.Insert(0, "x" + (rest % 1000).ToString("D3", CultureInfo.InvariantCulture) + "/");
            }

            string partial = Width == WidthMax ? "" : ".p/" + Width.ToString(CultureInfo.InvariantCulture);
            return "tile/" + Level.ToString(CultureInfo.InvariantCulture) + "/" + path + partial;
        }
    }

    /// <summary>How wide a tile is in a log of this size; 0 where there is none.</summary>
    public static int WidthIn(ulong size, int level, ulong index)
    {
        int shift = LevelHeight * level;
        ulong hashes = shift >= 64 ? 0 : size >> shift;
        ulong start = index << LevelHeight;
        if (start >> LevelHeight != index || hashes <= start) return 0;
        return hashes - start >= WidthMax ? WidthMax : (int)(hashes - start);
    }
}

/// <summary>A tile's hashes in a row, 32 bytes each.</summary>
public readonly record struct Tile(TileId Id, System.ReadOnlyMemory<byte> Hashes);
