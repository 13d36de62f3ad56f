/* A byte-wise LZ77 compressor with a hash table and its decompressor, on 64 KiB of text-like bytes. */
#include "program.h"

enum { BYTES = 65536, HASH_BITS = 12, MATCH_MIN = 4, MATCH_MAX = 131, WINDOW = 65535, LITERALS_MAX = 128 };
static uint8_t plain[BYTES], packed[BYTES + BYTES / 64 + 16], unpacked[BYTES];
static uint16_t places[1 << HASH_BITS];

static uint32_t hash(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return (word * 2654435761u) >> (32 - HASH_BITS);
}

static uint8_t *put_literals(uint8_t *out, const uint8_t *from, const uint8_t *to)
{
    while (from < to) {
        uint32_t count = (uint32_t)(to - from) < LITERALS_MAX ? (uint32_t)(to - from) : LITERALS_MAX;
        *out++ = (uint8_t)(count - 1);
        for (uint32_t i = 0; i < count; i++) *out++ = *from++;
    }
    return out;
}

static uint32_t pack(void)
{
    memset(places, 0, sizeof places);
    const uint8_t *at = plain + 1, *end = plain + BYTES, *literals = plain;
    uint8_t *out = packed;
    while (at + MATCH_MIN <= end) {
        uint32_t slot = hash(at);
        const uint8_t *candidate = plain + places[slot];
        places[slot] = (uint16_t)(at - plain);
        uint32_t length = 0;
        if (candidate < at) {
            uint32_t most = (uint32_t)(end - at) < MATCH_MAX ? (uint32_t)(end - at) : MATCH_MAX;
            while (length < most && candidate[length] == at[length]) length++;
        }
        if (length < MATCH_MIN) {
            at++;
            continue;
        }
        out = put_literals(out, literals, at);
        uint32_t distance = (uint32_t)(at - candidate);
        *out++ = (uint8_t)(128 + length - MATCH_MIN);
        *out++ = (uint8_t)distance;
        *out++ = (uint8_t)(distance >> 8);
        at += length;
        literals = at;
    }
    return (uint32_t)(put_literals(out, literals, end) - packed);
}

static uint32_t unpack(uint32_t bytes)
{
    const uint8_t *in = packed, *end = packed + bytes;
    uint8_t *out = unpacked;
    while (in < end) {
        uint32_t head = *in++;
        if (head < 128) {
            for (uint32_t i = 0; i <= head; i++) *out++ = *in++;
            continue;
        }
        const uint8_t *from = out - (in[0] | in[1] << 8);
        in += 2;
        for (uint32_t i = 0; i < head - 128 + MATCH_MIN; i++) *out++ = *from++;
    }
    return (uint32_t)(out - unpacked);
}

uint32_t run(uint32_t n)
{
    static const char words[16][8] = {"the", "shard", "peer", "block", "of", "stake", "and", "lease",
                                      "fuel", "a", "proof", "vote", "is", "order", "bid", "round"};
    uint32_t sum = 2166136261u, seed = 3, length = 0;
    while (length < BYTES) {
        const char *word = words[next_random(&seed) % 16];
        while (*word != 0 && length < BYTES) plain[length++] = (uint8_t)*word++;
        if (length < BYTES) plain[length++] = next_random(&seed) % 8 == 0 ? '\n' : ' ';
    }
    while (n-- > 0) {
        uint32_t bytes = pack();
        sum = mix(mix(sum, bytes), unpack(bytes));
        sum = mix(sum, memcmp(plain, unpacked, BYTES) == 0);
        for (uint32_t i = 0; i < bytes; i += 97) sum = mix(sum, packed[i]);
        plain[n % BYTES] ^= 1;
    }
    return sum;
}
