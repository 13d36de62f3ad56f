/* A power modulo a number of 512 bits by Montgomery's multiplication: 32 x 32 -> 64 bit products with carries. */
#include "program.h"

enum { WORDS = 16 };
static uint32_t modulus[WORDS], base[WORDS], power[WORDS], inverse;

static void multiply(uint32_t *result, const uint32_t *a, const uint32_t *b)
{
    uint32_t t[WORDS + 2] = {0};
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            carry += (uint64_t)a[j] * b[i] + t[j];
            t[j] = (uint32_t)carry;
            carry >>= 32;
        }
        carry += t[WORDS];
        t[WORDS] = (uint32_t)carry;
        t[WORDS + 1] = (uint32_t)(carry >> 32);
        uint32_t factor = t[0] * inverse;
        carry = ((uint64_t)factor * modulus[0] + t[0]) >> 32;
        for (int j = 1; j < WORDS; j++) {
            carry += (uint64_t)factor * modulus[j] + t[j];
            t[j - 1] = (uint32_t)carry;
            carry >>= 32;
        }
        carry += t[WORDS];
        t[WORDS - 1] = (uint32_t)carry;
        t[WORDS] = t[WORDS + 1] + (uint32_t)(carry >> 32);
    }
    int64_t borrow = 0;
    uint32_t less[WORDS];
    for (int i = 0; i < WORDS; i++) {
        borrow += (int64_t)t[i] - modulus[i];
        less[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    memcpy(result, t[WORDS] + borrow < 0 ? t : less, sizeof less);
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u, seed = 23;
    for (int i = 0; i < WORDS; i++) {
        modulus[i] = next_random(&seed);
        base[i] = next_random(&seed);
    }
    modulus[0] |= 1;
    modulus[WORDS - 1] |= 0x80000000u;
    base[WORDS - 1] >>= 1;
    inverse = 1;
    for (int i = 0; i < 5; i++) inverse *= 2 - modulus[0] * inverse;
    inverse = 0u - inverse;
    while (n-- > 0) {
        memcpy(power, base, sizeof power);
        for (int bit = 0; bit < 256; bit++) {
            multiply(power, power, power);
            if (next_random(&seed) & 1) multiply(power, power, base);
        }
        for (int i = 0; i < WORDS; i++) sum = mix(sum, power[i]);
    }
    return sum;
}
