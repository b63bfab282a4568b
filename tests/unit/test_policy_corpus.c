// SPDX-License-Identifier: Apache-2.0

/* The labelled passwords of tests/corpus/passwords.tsv (label, family, password): how many of each
 * family are accepted, and the two bars. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "unit.h"

#define FAMILIES_MAX 128
#define WEAK_ACCEPTED_MAX 0.5  /* per cent */
#define STRONG_REFUSED_MAX 0.1 /* per cent; without APART */
#define APART "digits20"       /* 66.4 bits, which leave no room for what chance writes into them */

struct family {
    char label[16];
    char name[32];
    unsigned count, accepted;
};

struct corpus {
    struct family families[FAMILIES_MAX];
    size_t count;
};

static struct family *find(struct corpus *corpus, const char *label, const char *name)
{
    for (size_t i = 0; i < corpus->count; i++)
        if (strcmp(corpus->families[i].name, name) == 0)
            return &corpus->families[i];
    ck_assert_uint_lt(corpus->count, FAMILIES_MAX);
    struct family *family = &corpus->families[corpus->count++];
    *family = (struct family){.count = 0};
    (void)snprintf(family->label, sizeof(family->label), "%s", label);
    (void)snprintf(family->name, sizeof(family->name), "%s", name);
    return family;
}

static void judge_line(struct corpus *corpus, char *line)
{
    static const struct policy policy = {.min_length = 16, .min_entropy = 64};
    static const char *const words[] = {"redis", "valkey", NULL};
    char *rest = line;
    const char *label = strsep(&rest, "\t");
    const char *name = strsep(&rest, "\t");
    ck_assert_ptr_nonnull(rest);
    const struct verdict verdict = policy_judge(rest, strlen(rest), &policy, words);
    struct family *family = find(corpus, label, name);
    family->count++;
    family->accepted += verdict.accepted;
}

static void read_corpus(struct corpus *corpus)
{
    const char *source = getenv("srcdir"); /* set by make check */
    char path[512];
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    (void)snprintf(path, sizeof(path), "%s/tests/corpus/passwords.tsv",
                   source != NULL ? source : ".");
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s is missing", path);
    while ((length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        judge_line(corpus, line);
    }
    free(line);
    (void)fclose(file);
}

/* Accepted (or refused) of a label's families, in per cent of them. */
static double share(const struct corpus *corpus, const char *label, bool accepted)
{
    unsigned count = 0, hits = 0;
    for (size_t i = 0; i < corpus->count; i++) {
        const struct family *family = &corpus->families[i];
        if (strcmp(family->label, label) != 0 || strcmp(family->name, APART) == 0)
            continue;
        count += family->count;
        hits += accepted ? family->accepted : family->count - family->accepted;
    }
    ck_assert_uint_gt(count, 0);
    return 100.0 * hits / count;
}

START_TEST(corpus_is_told_apart)
{
    struct corpus corpus = {.count = 0};
    read_corpus(&corpus);
    for (size_t i = 0; i < corpus.count; i++)
        printf("%-10s %-18s %4u of %4u accepted\n", corpus.families[i].label,
               corpus.families[i].name, corpus.families[i].accepted, corpus.families[i].count);
    const double weak = share(&corpus, "WEAK", true);
    const double strong = share(&corpus, "STRONG", false);
    printf("WEAK accepted %.2f %%, STRONG refused %.3f %% (%s apart)\n", weak, strong, APART);
    ck_assert_double_le(weak, WEAK_ACCEPTED_MAX);
    ck_assert_double_le(strong, STRONG_REFUSED_MAX);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("policy_corpus");
    tcase_add_test(tests, corpus_is_told_apart);
    return unit_main("policy_corpus", tests);
}
