/* An interpreter of a small register machine that counts primes: one switch in a loop, as in every scripting language. */
#include "program.h"

typedef enum { SET, MOVE, ADD, MULTIPLY, REMAINDER, LESS, JUMP, JUMP_ZERO, LOAD, STORE, STOP } Operation;

typedef struct {
    uint8_t operation, a, b, c;
    int32_t number;
} Instruction;

enum { NUMBERS = 2000 };
static uint32_t memory[NUMBERS];

/* r1 = candidate, r2 = divisor, r5 = how many primes were found; each goes to memory. */
static const Instruction program[] = {
    {SET, 1, 0, 0, 2},       {SET, 5, 0, 0, 0},  {SET, 6, 0, 0, 1},   {SET, 7, 0, 0, NUMBERS}, {SET, 8, 0, 0, 0},
    {LESS, 3, 1, 7, 0},      {JUMP_ZERO, 3, 0, 0, 22},
    {MOVE, 9, 8, 0, 0},      /* 7: from the first prime found */
    {LESS, 3, 9, 5, 0},      {JUMP_ZERO, 3, 0, 0, 17},
    {LOAD, 2, 9, 0, 0},      {MULTIPLY, 4, 2, 2, 0}, {LESS, 3, 1, 4, 0}, {JUMP_ZERO, 3, 0, 0, 20},
    {JUMP, 0, 0, 0, 17},     {JUMP, 0, 0, 0, 17},    {JUMP, 0, 0, 0, 17},
    {STORE, 1, 5, 0, 0},     /* 17: it is a prime */
    {ADD, 5, 5, 6, 0},       {JUMP, 0, 0, 0, 25},
    {REMAINDER, 4, 1, 2, 0}, /* 20 */
    {JUMP, 0, 0, 0, 23},     {STOP, 0, 0, 0, 0},
    {JUMP_ZERO, 4, 0, 0, 25}, /* 23: it is not */
    {JUMP, 0, 0, 0, 27},     {ADD, 1, 1, 6, 0},      {JUMP, 0, 0, 0, 5},
    {ADD, 9, 9, 6, 0},       /* 27: the next divisor */
    {JUMP, 0, 0, 0, 8},
};

static uint32_t execute(void)
{
    uint32_t r[16] = {0};
    uint32_t count = 0;
    for (const Instruction *i = program;; i++) {
        count++;
        switch ((Operation)i->operation) {
        case SET: r[i->a & 15] = (uint32_t)i->number; break;
        case MOVE: r[i->a & 15] = r[i->b & 15]; break;
        case ADD: r[i->a & 15] = r[i->b & 15] + r[i->c & 15]; break;
        case MULTIPLY: r[i->a & 15] = r[i->b & 15] * r[i->c & 15]; break;
        case REMAINDER: r[i->a & 15] = r[i->b & 15] % r[i->c & 15]; break;
        case LESS: r[i->a & 15] = r[i->b & 15] < r[i->c & 15]; break;
        case JUMP: i = program + i->number - 1; break;
        case JUMP_ZERO:
            if (r[i->a & 15] == 0) i = program + i->number - 1;
            break;
        case LOAD: r[i->a & 15] = memory[r[i->b & 15] % NUMBERS]; break;
        case STORE: memory[r[i->b & 15] % NUMBERS] = r[i->a & 15]; break;
        case STOP: return mix(count, r[5]);
        }
    }
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u;
    while (n-- > 0) {
        memset(memory, 0, sizeof memory);
        sum = mix(sum, execute());
        sum = mix(sum, memory[100]);
    }
    return sum;
}
