/* The Mandelbrot set on 96 x 96 points of up to 120 turns: doubles in registers, no memory. */
#include "program.h"

enum { SIZE = 96, TURNS = 120 };

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u;
    while (n-- > 0) {
        double shift = (double)(n % 16) / 4096.0;
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) {
                double a = 3.0 * column / SIZE - 2.0 + shift, b = 2.0 * row / SIZE - 1.0;
                double x = 0, y = 0, xx = 0, yy = 0;
                uint32_t turn = 0;
                while (turn < TURNS && xx + yy <= 4.0) {
                    y = 2.0 * x * y + b;
                    x = xx - yy + a;
                    xx = x * x;
                    yy = y * y;
                    turn++;
                }
                sum = mix(sum, turn);
            }
        }
    }
    return sum;
}
