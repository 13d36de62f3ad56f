/* Fibonacci by recursion and the eight queens by backtracking: calls and returns. */
#include "program.h"

static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static uint32_t queens(uint32_t size, uint32_t columns, uint32_t left, uint32_t right)
{
    uint32_t all = (1u << size) - 1;
    if (columns == all) return 1;
    uint32_t count = 0;
    for (uint32_t free = all & ~(columns | left | right); free != 0; free &= free - 1) {
        uint32_t bit = free & (0u - free);
        count += queens(size, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u;
    while (n-- > 0) sum = mix(mix(sum, fibonacci(20 + n % 2)), queens(8, 0, 0, n % 2));
    return sum;
}
