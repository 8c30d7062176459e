/*
 * Runs the kernels of kernels.c for a parent process. Each line of input is a kernel's name, its argument, and how
 * often to call it; each line of output the sum of its answers (of a double the bits) and the CPU time in nanoseconds.
 * Ends with its input.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

double kernel_sum(int32_t), kernel_scale(int32_t), kernel_matmul(int32_t);
int64_t kernel_copy_loop(int32_t), kernel_memory_copy(int32_t), kernel_sha256(int32_t), kernel_hash_table(int32_t);
int64_t kernel_sieve(int32_t), kernel_fib(int32_t);

static const struct {
    const char *name;
    int64_t (*whole)(int32_t);
    double (*real)(int32_t);
} kernels[] = {
    {"kernel_sum", NULL, kernel_sum},
    {"kernel_scale", NULL, kernel_scale},
    {"kernel_copy_loop", kernel_copy_loop, NULL},
    {"kernel_memory_copy", kernel_memory_copy, NULL},
    {"kernel_sha256", kernel_sha256, NULL},
    {"kernel_matmul", NULL, kernel_matmul},
    {"kernel_hash_table", kernel_hash_table, NULL},
    {"kernel_sieve", kernel_sieve, NULL},
    {"kernel_fib", kernel_fib, NULL},
};

static int64_t cpu_nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t bits(double real) {
    int64_t bits;
    memcpy(&bits, &real, sizeof bits);
    return bits;
}

static int run(const char *name, int32_t n, int32_t times) {
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (strcmp(kernels[i].name, name) == 0) {
            uint64_t sum = 0;
            int64_t started = cpu_nanos();
            for (int32_t time = 0; time < times; time++) {
                sum += (uint64_t)(kernels[i].whole ? kernels[i].whole(n) : bits(kernels[i].real(n)));
            }
            printf("%" PRId64 " %" PRId64 "\n", (int64_t)sum, cpu_nanos() - started);
            return fflush(stdout);
        }
    }
    fprintf(stderr, "there is no %s\n", name);
    return 1;
}

int main(void) {
    char name[32];
    int32_t n, times;
    while (scanf("%31s %" SCNd32 " %" SCNd32, name, &n, &times) == 3) {
        if (run(name, n, times) != 0) {
            return 1;
        }
    }
    return 0;
}
