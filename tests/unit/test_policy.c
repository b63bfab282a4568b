// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "policy_decode.h"
#include "policy_generator.h"
#include "unit.h"

static const struct policy usual = {.min_length = 16, .min_entropy = 64};
static const char *const no_words[] = {NULL};

static struct verdict judge(const char *password)
{
    return policy_judge(password, strlen(password), &usual, no_words);
}

struct refused {
    const char *password;
    enum policy_reason reason;
};

static const struct refused refused[] = {
    {"", POLICY_SHORT},
    {"k7#Vq9!xZp2&Lm", POLICY_SHORT}, /* 14 characters, enough bits */
    /* placeholders that nobody expanded */
    {"$REDIS_PASSWORD", POLICY_PLACEHOLDER},
    {"$(REDIS_PASSWORD)", POLICY_PLACEHOLDER},
    {"${REDIS_PASSWORD:-x9Kq2mVt7Zp4}", POLICY_PLACEHOLDER},
    {"{{ .Values.redis.password }}", POLICY_PLACEHOLDER},
    {"<your-password-goes-here>", POLICY_PLACEHOLDER},
    {"%REDIS_PASSWORD_HERE%", POLICY_PLACEHOLDER},
    {"REDIS_SERVICE_PASSWORD=", POLICY_PLACEHOLDER},
    {"xxxxxxxxxxxxxxxxxxxxxxxx", POLICY_PLACEHOLDER},
    {"******************", POLICY_PLACEHOLDER},
    {"CHANGE_ME_CHANGE_ME", POLICY_PLACEHOLDER},
    {"please-replace-this-value", POLICY_PLACEHOLDER},
    {"/run/secrets/redis-password", POLICY_PLACEHOLDER},
    {"vault:secret/data/app#key", POLICY_PLACEHOLDER},
    {"os.environ[\"REDIS_PASSWORD\"]", POLICY_PLACEHOLDER},
    /* examples */
    {"correct horse battery staple", POLICY_EXAMPLE},
    {"foobaredfoobaredfoobared1", POLICY_EXAMPLE},
    {"123e4567-e89b-12d3-a456-426614174000", POLICY_EXAMPLE},
    {"5f4dcc3b5aa765d61d8327deb882cf99", POLICY_EXAMPLE}, /* MD5 of a well-known word */
    {"D033E22AE348AEB5660F", POLICY_EXAMPLE},             /* the beginning of a SHA-1 */
    {"QWxhZGRpbjpPcGVuU2VzYW1l", POLICY_EXAMPLE},
    {"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", POLICY_EXAMPLE},
    {"SplxlOBeZQQYbYS6WxSbIA", POLICY_EXAMPLE},
    /* encodings of the guessable, once and more often */
    {"UGFzc3dvcmQxMjM0NTY=", POLICY_ENCODED},
    {"UGFzc3dvcmQxMjM0NTY", POLICY_ENCODED},
    {"VUdGemMzZHZjbVF4TWpNME5UWT0=", POLICY_ENCODED},
    {"KBQXG43XN5ZGIMJSGM2DKNQ=", POLICY_ENCODED},
    {"50617373776f7264313233343536", POLICY_ENCODED},
    {"50:61:73:73:77:6f:72:64:31:32:33:34", POLICY_ENCODED},
    {"0x50617373776f7264313233343536", POLICY_ENCODED},
    {"VUdGemMzZHZjbVF4TWpNME5UWT0K", POLICY_ENCODED},
    {"w6kiJygtw6hfw6fDoD0ww6kiJygtw6g=", POLICY_ENCODED}, /* a row of the French keyboard */
    {"{base64}d2luZG1pbGw3Nw==", POLICY_ENCODED},
    {"\\x77\\x69\\x6e\\x64\\x6d\\x69\\x6c\\x6c", POLICY_ENCODED},
    /* structure */
    {"Winter2023Winter2023!", POLICY_GUESSABLE},
    {"JessicaWilliams1987!", POLICY_GUESSABLE},
    {"drowssaprepus_elgnuj", POLICY_GUESSABLE},
    {"yppiks=wocoom=1reppep=odikia", POLICY_GUESSABLE},
    {"Reupholstering-1984!", POLICY_GUESSABLE}, /* no list has it */
    {"Th3Qu13tL1br@r1an99", POLICY_GUESSABLE},
    {"r319n1n9m4rb1e571988!", POLICY_GUESSABLE}, /* 1 for i and for l, 9 for g, 7 for t */
    {"1qaz2wsx3edc4rfv5tgb", POLICY_GUESSABLE},
    {"azertyuiopqsdfghjklm", POLICY_GUESSABLE},
    {"abcdefghijklmnopqrst", POLICY_GUESSABLE},
    {"24681012141618202224", POLICY_GUESSABLE},
    {"3.14159265358979323846", POLICY_GUESSABLE},
    {"17.06.1984-23.11.2009", POLICY_GUESSABLE},
    {"14Mar1988to09Oct2015", POLICY_GUESSABLE},
    {"2009-08-17T23:59:59Z", POLICY_GUESSABLE},
    {"17.08.2009 16:45:30", POLICY_GUESSABLE},
    {"Xq7Xq7Xq7Xq7Xq7Xq7Xq7", POLICY_GUESSABLE},
    {"zR7kWq2N.zR7kWq2N.zR7kWq2N", POLICY_GUESSABLE},
    {"deadbeefcafebabedeadbeef", POLICY_GUESSABLE},
    {"a stitch in time saves nine", POLICY_GUESSABLE},
    {"AStitchInTimeSavesNine!", POLICY_GUESSABLE},
    {"redis-master.prod.svc.cluster.local", POLICY_GUESSABLE},
    {"redis://default:secret@redis-master:6379/0", POLICY_GUESSABLE},
    {"mysql://admin:letmein@172.17.0.2:3306/mydb", POLICY_GUESSABLE},
    {"memcached://guest:guest@cache.example.com:11211", POLICY_GUESSABLE},
    {"1234567890123456789", POLICY_GUESSABLE},
};

START_TEST(refused_with_its_reason)
{
    const struct verdict verdict = judge(refused[_i].password);
    ck_assert_msg(!verdict.accepted, "%s: %.1f bits", refused[_i].password, verdict.bits);
    ck_assert_msg(verdict.reason == refused[_i].reason, "%s: reason %d (%s), %.1f bits",
                  refused[_i].password, verdict.reason, verdict.description, verdict.bits);
    ck_assert_uint_eq(verdict.length, strlen(refused[_i].password));
    ck_assert(strlen(refused[_i].password) < 4 ||
              strstr(verdict.description, refused[_i].password) == NULL);
}
END_TEST

struct accepted {
    const char *password;
    const char *generator;
    double bits;
};

static const struct accepted accepted[] = {
    {"9f2b7c41d8e05a63b71c4fe920d86a35", "hexadecimal digits", 128},
    {"5e0c9d1f-8b27-4a36-b1d9-72f3c06ae845", "a UUID", 122},
    {"tanning-velvet-uneatable-cucumber-strike-basics", "diceware words", 77.5},
    {"spud felt-tip yo-yo drone unplug acorn", "diceware words", 77.5},
    {"Kq8zWmR2vYtB6nLx", "letters and digits", 95.3},
    {"mw8Rzq+Vt3/KbYx1fLh9cA==", "base64", 132},
    {"mw8Rzq-Vt3_KbYx1fLh9cA", "base64url", 132},
    {"W6RTQ2KXBJ5MZ7HYCP3LNVAD", "base32", 120},
    {"84093172650937182460593", "digits", 76.4},
    {"vK!q2#Zr9&mX(4tL", "printable characters", 105.1},
};

START_TEST(accepted_by_its_generator)
{
    const struct verdict verdict = judge(accepted[_i].password);
    ck_assert_msg(verdict.accepted, "%s: %s, %.1f bits", accepted[_i].password, verdict.description,
                  verdict.bits);
    ck_assert_str_eq(verdict.description, accepted[_i].generator);
    ck_assert_double_eq_tol(verdict.bits, accepted[_i].bits, 0.1);
}
END_TEST

/* A name that is in no list is one of the service's, forwards, in another case and with leet. */
START_TEST(service_words_count)
{
    static const char *const words[] = {"zorbinator7", "qvxwkplast", NULL};
    static const char password[] = "zorbinator7-QVXWKPL4ST";
    ck_assert(judge(password).accepted);
    const struct verdict verdict = policy_judge(password, strlen(password), &usual, words);
    ck_assert(!verdict.accepted);
    ck_assert_double_lt(verdict.bits, 32);
}
END_TEST

START_TEST(limits_are_the_callers)
{
    static const char password[] = "9f2b7c41d8e05a63"; /* 64 bits */
    static const struct policy policies[] = {{16, 64}, {17, 64}, {16, 65}, {0, 0}};
    static const bool accepts[] = {true, false, false, true};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(policy_judge(password, 16, &policies[i], no_words).accepted, accepts[i]);
    ck_assert(!policy_judge("", 0, &policies[3], no_words).accepted);
}
END_TEST

/* Bytes that no text has, as a password of 32 of them. */
START_TEST(random_bytes_are_accepted)
{
    unsigned char bytes[32];
    for (int i = 0; i < 300; i++) {
        randombytes_buf(bytes, sizeof(bytes));
        ck_assert(policy_judge((const char *)bytes, sizeof(bytes), &usual, no_words).accepted);
    }
}
END_TEST

/* What follows the first 96 bytes cannot make a weak beginning good, nor the other way round. */
START_TEST(long_passwords)
{
    static char weak[4096], strong[4096];
    memset(weak, 'a', sizeof(weak));
    for (size_t i = 0; i < sizeof(strong); i++)
        strong[i] = (char)('!' + randombytes_uniform('~' - '!' + 1));
    ck_assert(!policy_judge(weak, sizeof(weak), &usual, no_words).accepted);
    ck_assert(policy_judge(strong, sizeof(strong), &usual, no_words).accepted);
}
END_TEST

START_TEST(same_verdict_each_time)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const struct verdict a = judge(refused[i].password), b = judge(refused[i].password);
        ck_assert_double_eq(a.bits, b.bits);
        ck_assert_ptr_eq(a.description, b.description);
    }
}
END_TEST

struct encoded {
    enum policy_encoding encoding;
    const char *text, *decoded; /* NULL: not of that encoding */
};

/* RFC 4648, section 10, and what people leave out */
static const struct encoded encoded[] = {
    {POLICY_BASE64, "Zm9vYmFy", "foobar"},
    {POLICY_BASE64, "Zm9vYg==", "foob"},
    {POLICY_BASE64, "Zm9vYg", "foob"},
    {POLICY_BASE64, "Zm9vYmE", "fooba"},
    {POLICY_BASE64, "Zm9vYmFyCg==", "foobar"},
    {POLICY_BASE64, "Z", NULL},
    {POLICY_BASE64, "Zm9v*mFy", NULL},
    {POLICY_BASE64URL, "Pj4_Pz4-", ">>?\?>>"},
    {POLICY_BASE64URL, "Zm9vYmFy", NULL}, /* base64's, which is asked, too */
    {POLICY_BASE32, "MZXW6YTBOI======", "foobar"},
    {POLICY_BASE32, "mzxw6ytboi", "foobar"},
    {POLICY_BASE32, "MZXW18", NULL},
    {POLICY_HEX, "666F6f626172", "foobar"},
    {POLICY_HEX, "66:6f:6f", "foo"},
    {POLICY_HEX, "\\x666f6f", "foo"},
    {POLICY_HEX, "\\x66\\x6F\\x6f", "foo"},
    {POLICY_HEX, "0x66, 0x6f, 0x6f", "foo"},
    {POLICY_HEX, "666", NULL},
};

START_TEST(encodings_are_decoded)
{
    const struct encoded *given = &encoded[_i];
    const struct policy_text text = {(const unsigned char *)given->text, strlen(given->text)};
    unsigned char bytes[64];
    const size_t length = policy_decode(&text, given->encoding, bytes);
    ck_assert_uint_eq(length, given->decoded != NULL ? strlen(given->decoded) : 0);
    if (given->decoded != NULL)
        ck_assert_mem_eq(bytes, given->decoded, length);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    TCase *tests = tcase_create("policy");
    tcase_add_loop_test(tests, refused_with_its_reason, 0, COUNT(refused));
    tcase_add_loop_test(tests, accepted_by_its_generator, 0, COUNT(accepted));
    tcase_add_test(tests, service_words_count);
    tcase_add_test(tests, limits_are_the_callers);
    tcase_add_test(tests, random_bytes_are_accepted);
    tcase_add_test(tests, long_passwords);
    tcase_add_test(tests, same_verdict_each_time);
    tcase_add_loop_test(tests, encodings_are_decoded, 0, COUNT(encoded));
    return unit_main("policy", tests);
}
