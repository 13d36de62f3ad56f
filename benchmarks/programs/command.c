/*
 * The program as a command: the units of work as its argument (1 without), the checksum on standard output. Beside main() it exports
 * run(), and once() for interpreters that can only call what takes nothing.
 */
#include "program.h"

#include <stdlib.h>
#include <unistd.h>

uint32_t once(void);

uint32_t once(void) { return run(1); }

int main(int count, char **arguments)
{
    if (count < 1) return 2;
    uint32_t sum = run(count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1);
    char line[9];
    for (int i = 0; i < 8; i++) line[i] = "0123456789abcdef"[(sum >> (28 - 4 * i)) & 15];
    line[8] = '\n';
    return write(1, line, sizeof line) == (ssize_t)sizeof line ? 0 : 1;
}
