namespace NodeRuntime.Crypto.Lanes;

/// <summary>The compression function of SHA-256 over as many messages at once as a kernel has lanes.</summary>
internal unsafe interface ISha256Kernel
{
    int LaneCount { get; }

    /// <summary>
    /// Hashes the padded blocks of each lane from the same state on and writes each lane's digest.
    /// </summary>
    /// <param name="state">8 words: the state before the first block, the same for all lanes.</param>
    /// <param name="rows">LaneCount rows of whole blocks, one row behind the other.</param>
    /// <param name="blockCount">Blocks in a row.</param>
    /// <param name="digests">LaneCount digests of 32 bytes.</param>
    void Run(uint* state, byte* rows, int blockCount, byte* digests);
}
