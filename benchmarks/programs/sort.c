/* Quicksort with insertion sort below 12 elements, of 16,384 integers: branches that no predictor knows. */
#include "program.h"

enum { COUNT = 16384, SMALL = 12 };
static int32_t values[COUNT];

static void insert(int32_t *from, int32_t *to)
{
    for (int32_t *i = from + 1; i <= to; i++) {
        int32_t value = *i, *j = i;
        for (; j > from && j[-1] > value; j--) *j = j[-1];
        *j = value;
    }
}

static void sort(int32_t *from, int32_t *to)
{
    while (to - from >= SMALL) {
        int32_t a = *from, b = from[(to - from) / 2], c = *to;
        int32_t pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        int32_t *i = from, *j = to;
        while (i <= j) {
            while (*i < pivot) i++;
            while (*j > pivot) j--;
            if (i <= j) {
                int32_t other = *i;
                *i++ = *j;
                *j-- = other;
            }
        }
        if (j - from < to - i) {
            sort(from, j);
            from = i;
        } else {
            sort(i, to);
            to = j;
        }
    }
    insert(from, to);
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u, seed = 11;
    while (n-- > 0) {
        for (int i = 0; i < COUNT; i++) values[i] = (int32_t)next_random(&seed);
        sort(values, values + COUNT - 1);
        for (int i = 1; i < COUNT; i++) sum += values[i - 1] > values[i];
        for (int i = 0; i < COUNT; i += 509) sum = mix(sum, (uint32_t)values[i]);
    }
    return sum;
}
