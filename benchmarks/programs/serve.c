/*
 * The program as a server, for measuring native code in turns with others: for each line "n" on standard input one line
 * "checksum nanoseconds" on standard output, the nanoseconds being those of this process's processor time.
 */
#include "program.h"

#include <stdio.h>
#include <time.h>

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(void)
{
    unsigned n;
    while (scanf("%u", &n) == 1) {
        uint64_t start = nanoseconds();
        uint32_t sum = run(n);
        uint64_t taken = nanoseconds() - start;
        printf("%08x %llu\n", sum, (unsigned long long)taken);
        fflush(stdout);
    }
    return 0;
}
