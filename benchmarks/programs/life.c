/* Conway's game of life on a torus of 128 x 128 cells, 8 generations a unit: byte loads from neighbouring rows. */
#include "program.h"

enum { SIZE = 128, GENERATIONS = 8 };
static uint8_t cells[2][SIZE][SIZE];

static void generation(uint8_t from[SIZE][SIZE], uint8_t to[SIZE][SIZE])
{
    for (int row = 0; row < SIZE; row++) {
        const uint8_t *above = from[(row + SIZE - 1) % SIZE], *here = from[row], *below = from[(row + 1) % SIZE];
        for (int column = 0; column < SIZE; column++) {
            int west = (column + SIZE - 1) % SIZE, east = (column + 1) % SIZE;
            int around = above[west] + above[column] + above[east] + here[west] + here[east] + below[west] + below[column] + below[east];
            to[row][column] = around == 3 || (around == 2 && here[column]);
        }
    }
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u, seed = 29;
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) cells[0][row][column] = next_random(&seed) % 3 == 0;
    }
    while (n-- > 0) {
        for (int i = 0; i < GENERATIONS; i++) generation(cells[i % 2], cells[(i + 1) % 2]);
        uint32_t alive = 0;
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) alive += cells[0][row][column];
        }
        sum = mix(mix(sum, alive), cells[0][n % SIZE][7]);
    }
    return sum;
}
