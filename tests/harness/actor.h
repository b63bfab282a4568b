// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_ACTOR_H
#define TESTS_ACTOR_H

/*
 * The programs that the tests supervise. A test program calls itself with a role as its arguments:
 *
 *   signals          says "ready PID", then a line "SIGNAL VALUE" for each signal that comes (VALUE
 *                    is 0 unless it came from sigqueue(3)) and "pong" for what comes on stdin; ends
 *                    with 0 at stdin's end
 *   pair             two of them in one process group
 *   orphan           makes an orphan, which says its new parent's PID; ends at stdin's end
 *   orphans N        makes N orphans that end at once, says "made", ends at stdin's end
 *   stopper          makes an orphan that says its PID and stops as by Ctrl-Z; ends at stdin's end
 *   zombie           makes a child that ends with 7, says "made", ends as that did at stdin's end
 *   leave            leaves "signals" behind in a session of its own, once that is ready
 *   reader           says "ready", then "got LINE" for each line on stdin, default dispositions
 *   late             the same, but says nothing more and does not touch stdin before SIGUSR1
 *   shell ARGV       leads a session on the terminal that is stdin: runs ARGV as a foreground job,
 *                    says "stopped SIGNAL" or "ended CODE" on descriptor 3, continues it when a
 *                    byte comes on descriptor 4
 *   background ARGV  as "shell", but ARGV starts in the background; when the first byte comes on 4
 *                    it is given the terminal, without a SIGCONT as it is not stopped, and "given"
 *                    is said
 *   script ARGV      runs ARGV in its own process group on the terminal that is stdin, as a shell
 *                    without job control does; says on descriptor 3 if it has the terminal then
 *   parent ARGV      runs ARGV as a child and dies by SIGKILL when a byte comes on descriptor 4
 */
int actor(int argc, char *argv[]);

#endif
