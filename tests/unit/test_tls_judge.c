// SPDX-License-Identifier: Apache-2.0
#include "tls_judge.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "unit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define NOW 1700000000
#define DAY 86400L

static struct tls_answer answer;
static EVP_PKEY *key;
static struct tls_hash hash;

static void begin(void)
{
    answer = (struct tls_answer){.code = 0};
    key = EVP_EC_gen("P-256");
    ck_assert_ptr_nonnull(key);
}

static void end(void)
{
    EVP_PKEY_free(key);
}

/* Of `key`, valid from and until so many seconds from NOW. */
static X509 *certify(long from, long until)
{
    X509 *certificate = X509_new();
    ck_assert_ptr_nonnull(certificate);
    ck_assert_ptr_nonnull(ASN1_TIME_set(X509_getm_notBefore(certificate), NOW + from));
    ck_assert_ptr_nonnull(ASN1_TIME_set(X509_getm_notAfter(certificate), NOW + until));
    ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
    ck_assert_int_ne(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

struct span {
    long from;
    long until;
    int code;
    const char *text; /* "" for nothing */
};

static const struct span spans[] = {
    {-1, 15 * DAY, 0, ""},
    {0, 14 * DAY, 0, ""},
    {-1, 14 * DAY - 1, 0, "x expires at 2023-11-28T22:13:19Z, in 13 days"},
    {-1, 1, 0, "x expires at 2023-11-14T22:13:21Z, in 0 days"},
    {-1, 0, 0, "x expires at 2023-11-14T22:13:20Z, in 0 days"},
    {-2, -1, EX_DATAERR, "x has expired at 2023-11-14T22:13:19Z, renew it"},
    {1, DAY, EX_DATAERR, "x is not valid before 2023-11-14T22:13:21Z"},
};

START_TEST(when_it_is_valid)
{
    X509 *certificate = certify(spans[_i].from, spans[_i].until);
    ck_assert_int_eq(tls_judge_dates(certificate, "x", NOW, &answer), spans[_i].code == 0);
    ck_assert_int_eq(answer.code, spans[_i].code);
    ck_assert_str_eq(answer.text, spans[_i].text);
    X509_free(certificate);
}
END_TEST

static FILE *in_memory(X509 *const *certificates, size_t count, const char *behind)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(PEM_write_X509(file, certificates[i]), 1);
    ck_assert_int_ge(fputs(behind, file), 0);
    rewind(file);
    return file;
}

START_TEST(one_authority_has_to_be_valid)
{
    X509 *both[] = {certify(-2, -1), certify(-1, 30 * DAY)};
    FILE *file = in_memory(both, 2, "");
    ck_assert_msg(tls_judge_authorities(file, "x", NOW, &hash, &answer), "%s", answer.text);
    (void)fclose(file);
    file = in_memory(both, 1, "");
    ck_assert(!tls_judge_authorities(file, "x", NOW, &hash, &answer));
    ck_assert_msg(strstr(answer.text, "x has expired at") == answer.text, "%s", answer.text);
    (void)fclose(file);
    X509_free(both[0]);
    X509_free(both[1]);
}
END_TEST

START_TEST(what_is_behind_must_be_whole)
{
    X509 *one[] = {certify(-1, 30 * DAY)};
    FILE *file = in_memory(one, 1, "\na remark\n");
    ck_assert_msg(tls_judge_authorities(file, "x", NOW, &hash, &answer), "%s", answer.text);
    (void)fclose(file);
    file = in_memory(one, 1, "-----BEGIN CERTIFICATE-----\nMIIB\n");
    ck_assert(!tls_judge_authorities(file, "x", NOW, &hash, &answer));
    (void)fclose(file);
    file = in_memory(one, 0, "");
    ck_assert(!tls_judge_authorities(file, "x", NOW, &hash, &answer));
    (void)fclose(file);
    X509_free(one[0]);
}
END_TEST

static void hash_list(X509 *const *list, size_t count, struct tls_hash *of)
{
    FILE *file = in_memory(list, count, "");
    *of = (struct tls_hash){{0}};
    ck_assert(tls_read_rest(file, "x", NULL, NULL, of, &answer));
    (void)fclose(file);
}

/* None, fewer, and the same in another order are others. */
START_TEST(a_list_has_its_hash)
{
    X509 *list[] = {certify(-1, DAY), certify(-1, 2 * DAY), NULL};
    struct tls_hash hashes[4];
    list[2] = list[0];
    hash_list(list, 0, &hashes[0]);
    hash_list(list, 1, &hashes[1]);
    hash_list(list, 2, &hashes[2]);
    hash_list(list + 1, 2, &hashes[3]);
    for (size_t i = 0; i < COUNT(hashes); i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_int_ne(memcmp(&hashes[i], &hashes[j], sizeof(hash)), 0);
    hash_list(list, 2, &hash);
    ck_assert_int_eq(memcmp(&hash, &hashes[2], sizeof(hash)), 0);
    X509_free(list[0]);
    X509_free(list[1]);
}
END_TEST

START_TEST(a_key_is_its_certificates_and_strong)
{
    X509 *certificate = certify(-1, DAY);
    ck_assert_msg(tls_judge_pair(certificate, key, &answer), "%s", answer.text);
    EVP_PKEY *other = EVP_EC_gen("P-256");
    ck_assert(!tls_judge_pair(certificate, other, &answer));
    ck_assert_int_eq(answer.code, EX_DATAERR);
    EVP_PKEY_free(other);
    X509_free(certificate);
    EVP_PKEY_free(key);
    key = EVP_RSA_gen(1024);
    certificate = certify(-1, DAY);
    ck_assert(!tls_judge_pair(certificate, key, &answer));
    ck_assert_ptr_nonnull(strstr(answer.text, "too weak (1024 bits)"));
    X509_free(certificate);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tls judge");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, when_it_is_valid, 0, COUNT(spans));
    tcase_add_test(tests, one_authority_has_to_be_valid);
    tcase_add_test(tests, what_is_behind_must_be_whole);
    tcase_add_test(tests, a_list_has_its_hash);
    tcase_add_test(tests, a_key_is_its_certificates_and_strong);
    return unit_main("tls judge", tests);
}
