/* test_sha256.c: SHA-256 against the examples published with FIPS 180-4, and around the edges of its blocks. */
#include "compiler/sha256.h"
#include "tests/unit/unit.h"

static void expect(const void *bytes, size_t size, const char *digest)
{
    char text[MBT_SHA256_TEXT];
    mbt_sha256(bytes, size, text);
    ck_assert_str_eq(text, digest);
}

START_TEST(published_examples)
{
    expect(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    expect(two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}
END_TEST

START_TEST(a_million)
{
    char *bytes = malloc(1000000);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'a', 1000000);
    expect(bytes, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(bytes);
}
END_TEST

/* The padding takes one block up to 55 bytes, two from 56. Digests by Python's hashlib. */
START_TEST(padding)
{
    static const struct {
        size_t size;
        const char *digest;
    } cases[] = {
        {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
        {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
        {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
        {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
        {119, "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c"},
        {120, "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98"},
    };
    char bytes[120];
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(bytes, cases[i].size, cases[i].digest);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("sha256");
    tcase_add_test(tests, published_examples);
    tcase_add_test(tests, a_million);
    tcase_add_test(tests, padding);
    return unit_main(tests, "sha256");
}
