/* Bugs on purpose, to see that the sanitizers stop a program that has them. Loaded before a program, the library
 * commits the one that ADJOIN_PLANTED_BUG names, before main(). */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static volatile int seen;

__attribute__((constructor)) static void plant(void)
{
    const char *bug = getenv("ADJOIN_PLANTED_BUG");
    /* What the compiler can't know, it can't leave out. */
    volatile size_t size = 8;
    char *volatile memory = malloc(size);

    if (!bug || !memory)
        return;
    memset(memory, 1, size);
    if (!strcmp(bug, "read beyond"))
        seen = memory[size];
    if (!strcmp(bug, "read freed memory")) {
        free(memory);
        seen = memory[0];
    }
    if (!strcmp(bug, "overflow")) {
        volatile int most = INT_MAX;
        seen = most + (int)size;
    }
}
