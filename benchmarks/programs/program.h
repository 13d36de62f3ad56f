/*
 * What every program of this folder is: work that says by a checksum what it did.
 *
 * run(n) does n units of the same work from the same beginning and gives a checksum of all of them. It leaves nothing behind that a
 * later call could see, so that it may be called in turns, and it takes nothing from the machine: the same n gives the same checksum
 * everywhere. Floating point is only + - * / and square root, which IEEE 754 fixes to the bit.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>
#include <string.h>

uint32_t run(uint32_t n);

/* A xorshift generator: small, and the same in every language. The state must not be 0. */
static inline uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* One step of FNV-1a over a word. */
static inline uint32_t mix(uint32_t sum, uint32_t word)
{
    return (sum ^ word) * 16777619u;
}

static inline uint32_t mix_double(uint32_t sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return mix(mix(sum, (uint32_t)bits), (uint32_t)(bits >> 32));
}

#endif
