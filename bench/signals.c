// SPDX-License-Identifier: Apache-2.0

/* From kill(2) on PID 1 to the child's next instruction, stamped by the child. */

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define ROUNDS 2000
#define WARM_UP 100

struct target {
    const char *name;
    pid_t pid;
    int output;
};

int play_stamp(char *const argv[])
{
    (void)argv;
    sigset_t set;
    int64_t stamp = 0; /* the first one says that it is ready */
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return 1;
    while (write(STDOUT_FILENO, &stamp, sizeof(stamp)) == sizeof(stamp)) {
        if (sigwaitinfo(&set, NULL) != SIGUSR1)
            return 1;
        stamp = now_ns();
    }
    return 1;
}

static int64_t read_stamp(const struct target *target)
{
    int64_t stamp;
    if (read(target->output, &stamp, sizeof(stamp)) != sizeof(stamp))
        die(target->name);
    return stamp;
}

static struct target start(const struct candidate *candidate)
{
    const char *const role[] = {own_path(), "play-stamp", NULL};
    const char *argv[WORDS_MAX];
    int ends[2];
    compose(argv, candidate, role);
    if (pipe2(ends, 0) != 0)
        die("pipe2");
    struct target target = {candidate->name, start_container(argv, ends[1]), ends[0]};
    (void)close(ends[1]);
    (void)read_stamp(&target);
    return target;
}

/* In which state the one before left the processors counts, so that each follows each. */
static void shuffle(struct target *targets, size_t count)
{
    for (size_t i = count - 1; i > 0; i--) {
        const size_t j = (size_t)rand() % (i + 1);
        const struct target target = targets[i];
        targets[i] = targets[j];
        targets[j] = target;
    }
}

void measure_signals(void)
{
    static const char *const none[] = {NULL};
    const struct candidate direct = {"direct", none};
    struct target targets[8];
    size_t count = 0;
    targets[count++] = start(&direct);
    for (size_t i = 0; i < inits_count; i++)
        targets[count++] = start(&inits[i]);
    sleep_ms(100); /* all asleep */
    for (int round = -WARM_UP; round < ROUNDS; round++) {
        shuffle(targets, count);
        for (size_t i = 0; i < count; i++) {
            const struct target *target = &targets[i];
            const int64_t sent = now_ns();
            if (kill(target->pid, SIGUSR1) != 0)
                die(target->name);
            const int64_t came = read_stamp(target);
            if (round >= 0)
                sample("signal latency", target->name, (double)(came - sent) / 1e3);
        }
    }
    for (size_t i = 0; i < count; i++)
        end_container(targets[i].pid);
}
