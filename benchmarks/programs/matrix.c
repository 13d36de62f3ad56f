/* The product of two 80 x 80 matrices of doubles: three loops, loads and multiplications. */
#include "program.h"

enum { SIZE = 80 };
static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u, seed = 7;
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            left[i][j] = (double)(next_random(&seed) % 1000) / 8.0;
            right[i][j] = (double)(next_random(&seed) % 1000) / 16.0;
        }
    }
    while (n-- > 0) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double cell = 0;
                for (int k = 0; k < SIZE; k++) cell += left[i][k] * right[k][j];
                product[i][j] = cell;
            }
        }
        for (int i = 0; i < SIZE; i++) sum = mix_double(sum, product[i][(i * 7) % SIZE]);
        left[n % SIZE][0] += 0.5;
    }
    return sum;
}
